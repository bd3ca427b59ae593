"""Documents are what the API server takes, unknown fields refused."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest

from tests.k8s.manifests import Document, Overlay

OLDEST, NEWEST = "1.31.0", "1.37.0"
"""Kubernetes as k8s/README.md asks for it, and as the validator knows it."""

UNCHECKED = {
    ("cert-manager.io", "Issuer"),
    ("rabbitmq.com", "TopicPermission"),
    ("postgresql.cnpg.io", "Database"),
    ("barmancloud.cnpg.io", "ObjectStore"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("gateway.envoyproxy.io", "BackendTrafficPolicy"),
}
"""No schema of these is at hand; k8s/README.md says so."""

_BUILT_IN = ("apps", "batch", "policy", "networking.k8s.io", "v1")


def group_of(document: Document) -> str:
    return str(document["apiVersion"]).partition("/")[0]


def built_in(overlay: Overlay) -> list[Document]:
    return [each for each in overlay.documents if group_of(each) in _BUILT_IN]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_own_kinds_are_valid(overlay: Overlay, version: str) -> None:
    documents = built_in(overlay)
    assert documents
    for each in documents:
        _validate_once(json.dumps(each, sort_keys=True), version)


@cache
def _validate_once(document: str, version: str) -> None:
    """Overlays have most documents in common."""
    kubernetes_validate.validate(json.loads(document), version, strict=True)


def test_custom_resources_are_valid(overlay: Overlay, crd_schemas: Path) -> None:
    checked = 0
    for each in overlay.documents:
        if group_of(each) in _BUILT_IN or (group_of(each), each["kind"]) in UNCHECKED:
            continue
        validate_custom(each, crd_schemas)
        checked += 1
    assert checked >= 10


def test_a_misspelt_field_of_a_custom_resource_is_found(city: Overlay, crd_schemas: Path) -> None:
    scaled = copy.deepcopy(city.named("ScaledObject", "guanjia-housing"))
    scaled["spec"]["maxReplicasCount"] = scaled["spec"].pop("maxReplicaCount")
    with pytest.raises(jsonschema.ValidationError, match="maxReplicasCount"):
        validate_custom(scaled, crd_schemas)


def validate_custom(document: Document, folder: Path) -> None:
    group, _, version = str(document["apiVersion"]).partition("/")
    schema = folder / group / f"{document['kind'].lower()}_{version}.json"
    assert schema.is_file(), f"no schema of {document['apiVersion']} {document['kind']}"
    _validator(schema).validate(document)


@cache
def _validator(path: Path) -> jsonschema.protocols.Validator:
    schema = closed(json.loads(path.read_text()))
    for name in ("apiVersion", "kind", "metadata"):
        schema["properties"].setdefault(name, {})
    schema["properties"]["metadata"] = {"type": "object"}
    return jsonschema.Draft7Validator(schema)


def closed(schema: Document) -> Document:
    """The schema with every object refusing fields it does not name, as `kubectl apply` does."""
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        schema.setdefault("additionalProperties", False)
    for each in schema.get("properties", {}).values():
        closed(each)
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            closed(schema[part])
    return schema
