"""Whatever names something else names something that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from chassis.rights import exchanges_of, rights_of
from tests.k8s import operators
from tests.k8s.manifests import K8S, Document, Overlay, matches


def external() -> dict[str, set[str]]:
    """Secrets made by hand, from the table in k8s/README.md: name → keys."""
    rows = re.findall(r"^ *\| `Secret/([a-z-]+)` \| (.+?) \|", _readme(), re.M)
    return {name: set(re.findall(r"`([\w.]+)`", keys)) for name, keys in rows}


def _readme() -> str:
    return (K8S / "README.md").read_text()


def wanted_secrets(node: object) -> Iterator[tuple[str, set[str]]]:
    """(name, keys) of every Secret any document refers to; no keys: all of it."""
    if isinstance(node, list):
        for each in node:
            yield from wanted_secrets(each)
    if not isinstance(node, dict):
        return
    for field, value in node.items():
        if field == "secret" and isinstance(value, dict):
            name = value.get("secretName") or value["name"]
            listed = value.get("items", [value] if "key" in value else [])
            yield name, {each["key"] for each in listed}
        elif field in ("importCredentialsSecret", "passwordSecret"):
            yield value["name"], {"username", "password"}
        elif field in ("serverCASecret", "serverTLSSecret"):
            yield value, {"ca.crt"} if field == "serverCASecret" else {"tls.crt", "tls.key"}
        elif field == "caCertificateRefs":
            yield from ((each["name"], {"ca.crt"}) for each in value)
        elif field in ("accessKeyId", "secretAccessKey"):
            yield value["name"], {value["key"]}
        else:
            yield from wanted_secrets(value)


def test_every_secret_that_is_referred_to_is_made_by_somebody(overlay: Overlay) -> None:
    there = external() | operators.secrets(overlay)
    for kind in ("RabbitmqCluster", "Gateway"):
        for each in overlay.of_kind(kind):
            assert _certificate_of(each) <= there.keys()
    seen = 0
    for document in overlay.documents:
        for name, keys in wanted_secrets(document.get("spec", {})):
            seen += 1
            known = _made_by_credentials(name, overlay) or there.get(name)
            assert known is not None, f"{document['metadata']['name']} wants Secret {name}"
            assert known is True or keys <= known, f"Secret {name} has no {keys}"
    assert seen > 10


def _certificate_of(document: Document) -> set[str]:
    if document["kind"] == "RabbitmqCluster":
        return {document["spec"]["tls"]["secretName"]}
    listeners = document["spec"]["listeners"]
    return {ref["name"] for each in listeners for ref in each["tls"].get("certificateRefs", [])}


def _made_by_credentials(name: str, overlay: Overlay) -> bool:
    """What k8s/credentials.py makes; that it makes every key, test_credentials has."""
    processes = {*overlay.services, "gateway"}
    prefixes = ("guanjia-", "rabbitmq-user-", "postgresql-role-")
    return any(name == prefix + each for prefix in prefixes for each in processes)


def test_every_config_map_that_is_referred_to_is_there(overlay: Overlay) -> None:
    there = {each["metadata"]["name"] for each in overlay.of_kind("ConfigMap")}
    for pod in overlay.pods:
        for each in pod.container["envFrom"]:
            assert each["configMapRef"]["name"] in there


def test_every_selector_finds_a_pod(overlay: Overlay) -> None:
    pods = overlay.pods + operators.servers(overlay)
    for each in overlay.of_kind("Deployment", "PodDisruptionBudget"):
        assert any(matches(each["spec"]["selector"], pod.labels) for pod in pods), each
    for each in overlay.of_kind("Service"):
        selector = {"matchLabels": each["spec"]["selector"]}
        found = [pod for pod in pods if matches(selector, pod.labels)]
        assert len(found) == 1, each["metadata"]["name"]
        assert {port["targetPort"] for port in each["spec"]["ports"]} <= found[0].ports.keys()
    for each in overlay.of_kind("PodMonitor"):
        found = [pod for pod in pods if matches(each["spec"]["selector"], pod.labels)]
        ends = {end["port"] for end in each["spec"]["podMetricsEndpoints"]}
        assert any(ends <= pod.ports.keys() for pod in found), each["metadata"]["name"]


def test_routes_lead_to_ports_of_the_gateway(overlay: Overlay) -> None:
    listeners = {
        (each["metadata"]["name"], listener["name"])
        for each in overlay.of_kind("Gateway")
        for listener in each["spec"]["listeners"]
    }
    for route in overlay.of_kind("GRPCRoute", "TLSRoute"):
        for parent in route["spec"]["parentRefs"]:
            assert (parent["name"], parent["sectionName"]) in listeners
        for rule in route["spec"]["rules"]:
            for backend in rule["backendRefs"]:
                service = overlay.named("Service", backend["name"])
                assert backend["port"] in [port["port"] for port in service["spec"]["ports"]]
    for policy in overlay.of_kind("BackendTLSPolicy"):
        shown = overlay.named("Certificate", "guanjia-gateway-tls")["spec"]["dnsNames"]
        assert policy["spec"]["validation"]["hostname"] in shown
    for policy in overlay.of_kind("BackendTLSPolicy", "BackendTrafficPolicy"):
        for target in policy["spec"]["targetRefs"]:
            overlay.named(target["kind"], target["name"])


def test_the_brokers_resources_refer_to_what_is_there(overlay: Overlay) -> None:
    users = {each["metadata"]["name"] for each in overlay.of_kind("User")}
    vhosts = {each["spec"]["name"] for each in overlay.of_kind("Vhost")}
    for each in overlay.of_kind("Permission", "TopicPermission", "Exchange", "Policy"):
        assert each["spec"]["vhost"] in vhosts
        if "userReference" in each["spec"]:
            assert each["spec"]["userReference"]["name"] in users
    for each in overlay.of_kind("User", "Vhost", "Permission", "TopicPermission", "Exchange"):
        overlay.named("RabbitmqCluster", each["spec"]["rabbitmqClusterReference"]["name"])
    for each in overlay.of_kind("Database", "ScheduledBackup"):
        cluster = overlay.named("Cluster", each["spec"]["cluster"]["name"])
        if each["kind"] == "Database":
            roles = {role["name"] for role in cluster["spec"]["managed"]["roles"]}
            assert each["spec"]["owner"] in roles
    for each in overlay.of_kind("Certificate"):
        overlay.named("Issuer", each["spec"]["issuerRef"]["name"])
    for each in overlay.of_kind("ScaledObject"):
        overlay.named("Deployment", each["spec"]["scaleTargetRef"]["name"])
    for each in overlay.of_kind("Cluster"):
        for plugin in each["spec"].get("plugins", []):
            overlay.named("ObjectStore", plugin["parameters"]["barmanObjectName"])


def test_every_service_has_its_own_database_and_user_of_the_broker(overlay: Overlay) -> None:
    users = {each["metadata"]["name"] for each in overlay.of_kind("User")}
    assert users == {*overlay.services, "gateway"}
    own = {each["spec"]["name"] for each in overlay.of_kind("Database")}
    for each in overlay.of_kind("Cluster"):
        own.add(each["spec"]["bootstrap"]["initdb"].get("database", ""))
    assert own - {""} == set(overlay.services)


def test_users_and_rights_are_those_the_code_asks_for(city: Overlay) -> None:
    asked = {
        (each.user, each.configure, each.write, each.read, frozenset(each.topics))
        for each in rights_of(city.services)
    }
    assert {_rights(city, name) for name in (*city.services, "gateway")} == asked
    exchanges = {
        each["spec"]["name"]
        for each in city.of_kind("Exchange")
        if each["spec"]["type"] == "topic" and each["spec"]["durable"]
    }
    assert exchanges == set(exchanges_of(city.services))


def _rights(overlay: Overlay, user: str) -> tuple[str, str, str, str, frozenset[tuple[str, ...]]]:
    permission = overlay.named("Permission", user)["spec"]["permissions"]
    topics = frozenset(
        tuple(each["spec"]["permissions"][key] for key in ("exchange", "write", "read"))
        for each in overlay.of_kind("TopicPermission")
        if each["spec"]["userReference"]["name"] == user
    )
    return (user, permission["configure"], permission["write"], permission["read"], topics)


@pytest.mark.parametrize("name", ["guanjia-client-ca", "guanjia-edge-tls", "backup-store"])
def test_the_book_lists_what_is_made_by_hand(name: str) -> None:
    assert external()[name]
