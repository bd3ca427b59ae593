r"""Makes the secrets that manifests refer to, from the keys of the deployment and new passwords.

.venv/bin/guanjia keys > keys.env
kubectl kustomize k8s/overlays/city | \
    .venv/bin/python k8s/credentials.py keys.env | kubectl create -f -

`kubectl create` refuses those that are there: running it again changes nothing. Nothing is
written to disk; keys.env belongs into a safe, since no backup can be read without the column keys.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]


class NotMade(ValueError):
    """A manifest wants a key that is neither in the file nor made here."""


def secrets_for(manifests: Iterable[Document], keys: dict[str, str]) -> Iterator[Document]:
    """A Secret for each process, each user of the broker and each role of a database."""
    documents = list(manifests)
    broker = {name: _password() for name in _broker_users(documents)}
    roles = {name: _password() for name in _roles(documents).values()}
    for document in _of_kind(documents, "Deployment"):
        template = document["spec"]["template"]
        name = template["metadata"]["labels"]["app.kubernetes.io/name"]
        values = dict(keys)
        if name in broker:
            values["GUANJIA_BROKER_URL"] = _broker_url(name, broker[name], documents)
        if name in roles:
            values["GUANJIA_DATABASE_URL"] = _database_url(name, roles[name], documents)
        volume = _secret_volume(template["spec"])
        wanted = [item["key"] for item in volume["items"]]
        if missing := sorted(set(wanted) - values.keys()):
            raise NotMade(f"{volume['secretName']}: {', '.join(missing)}")
        yield _secret(document, volume["secretName"], {key: values[key] for key in wanted})
    for user in _of_kind(documents, "User"):
        name = user["metadata"]["name"]
        told = {"username": name, "password": broker[name]}
        yield _secret(user, user["spec"]["importCredentialsSecret"]["name"], told)
    for (cluster, secret), name in _roles(documents).items():
        found = next(each for each in _clusters(documents) if each["metadata"]["name"] == cluster)
        told = {"username": name, "password": roles[name]}
        yield _secret(found, secret, told) | {"type": "kubernetes.io/basic-auth"}


def _broker_users(documents: list[Document]) -> list[str]:
    return [each["metadata"]["name"] for each in _of_kind(documents, "User")]


def _roles(documents: list[Document]) -> dict[tuple[str, str], str]:
    """(server, name of the Secret) → role."""
    found = {}
    for each in _clusters(documents):
        server = each["metadata"]["name"]
        for own in each["spec"]["bootstrap"].values():  # made empty, or from a backup
            if "owner" in own:
                found[server, own["secret"]["name"]] = own["owner"]
        for role in each["spec"].get("managed", {}).get("roles", []):
            found[server, role["passwordSecret"]["name"]] = role["name"]
    return found


def _broker_url(user: str, password: str, documents: list[Document]) -> str:
    vhost = next(_of_kind(documents, "Vhost"))["spec"]
    server = vhost["rabbitmqClusterReference"]["name"]
    return f"amqps://{user}:{password}@{server}:5671/{vhost['name']}"


def _database_url(role: str, password: str, documents: list[Document]) -> str:
    server = next(server for (server, _), name in _roles(documents).items() if name == role)
    return f"postgresql+psycopg2://{role}:{password}@{server}-rw/{role}"


def _secret_volume(pod: Document) -> Document:
    volume: Document = next(each for each in pod["volumes"] if each["name"] == "secrets")["secret"]
    return volume


def _of_kind(documents: list[Document], kind: str) -> Iterator[Document]:
    return (each for each in documents if each["kind"] == kind)


def _clusters(documents: list[Document]) -> Iterator[Document]:
    return _of_kind(documents, "Cluster")


def _secret(beside: Document, name: str, values: dict[str, str]) -> Document:
    metadata = {"name": name, "namespace": beside["metadata"]["namespace"]}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values}


def _password() -> str:
    return secrets.token_urlsafe(24)  # needs no escaping in a URL


def read_keys(text: str) -> dict[str, str]:
    """What `guanjia keys` prints: NAME=value, a line each; comments begin with #."""
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("keys", type=Path, help="the file with what `guanjia keys` printed")
    keys = read_keys(parser.parse_args().keys.read_text())
    manifests = [each for each in yaml.safe_load_all(sys.stdin) if each]
    try:
        made = list(secrets_for(manifests, keys))
    except NotMade as error:
        print(f"缺少密钥 no such key: {error}", file=sys.stderr)
        return 2
    yaml.safe_dump_all(made, sys.stdout, sort_keys=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
