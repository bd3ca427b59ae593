"""What operators make of the custom resources of an overlay: pods, secrets, host names.

Written from the documentation of RabbitMQ's cluster operator, CloudNativePG and cert-manager;
no cluster was asked.
"""

from __future__ import annotations

from tests.k8s.manifests import Overlay, Pod

NAMESPACES = {
    "kube-system",
    "monitoring",
    "cnpg-system",
    "rabbitmq-system",
    "envoy-gateway-system",
}
"""Where operators and the cluster's own servers live; k8s/README.md lists them."""


def servers(overlay: Overlay) -> list[Pod]:
    """Pods of RabbitMQ and PostgreSQL, without their spec but for the ports."""
    pods = []
    for each in overlay.of_kind("RabbitmqCluster"):
        name = each["metadata"]["name"]
        assert each["spec"]["tls"]["disableNonTLSListeners"], "ports below are those of TLS"
        labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/component": "rabbitmq"}
        ports = {"amqps": 5671, "management-tls": 15671, "prometheus-tls": 15691}
        pods.append(_pod("RabbitmqCluster", name, labels, ports))
    for each in overlay.of_kind("Cluster"):
        name = each["metadata"]["name"]
        ports = {"postgresql": 5432, "status": 8000, "metrics": 9187}
        pods.append(_pod("Cluster", name, {"cnpg.io/cluster": name}, ports))
    return pods


def secrets(overlay: Overlay) -> dict[str, set[str]]:
    """Secrets by name, with their keys, that operators make and keep."""
    keys = {"tls.crt", "tls.key", "ca.crt"}
    return {each["spec"]["secretName"]: keys for each in overlay.of_kind("Certificate")}


def hosts(overlay: Overlay) -> set[str]:
    """Names at which servers answer inside the namespace with a certificate for that name."""
    certified = {
        each["spec"]["secretName"]: set(each["spec"].get("dnsNames", []))
        for each in overlay.of_kind("Certificate")
    }
    found = set()
    for each in overlay.of_kind("RabbitmqCluster"):
        found |= {each["metadata"]["name"]} & certified[each["spec"]["tls"]["secretName"]]
    for each in overlay.of_kind("Cluster"):
        answering = {f"{each['metadata']['name']}-{end}" for end in ("rw", "r", "ro")}
        found |= answering & certified[each["spec"]["certificates"]["serverTLSSecret"]]
    return found


def _pod(kind: str, name: str, labels: dict[str, str], ports: dict[str, int]) -> Pod:
    listed = [{"name": port, "containerPort": number} for port, number in ports.items()]
    return Pod(kind, name, labels, {"containers": [{"ports": listed}]})
