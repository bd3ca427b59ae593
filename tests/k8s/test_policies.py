"""Who may talk to whom, as the network policies have it together."""

from __future__ import annotations

from tests.k8s import operators
from tests.k8s.manifests import GATEWAY, Document, Overlay, Pod, matches

METRICS, GRPC, GRPC_MTLS = 9090, 50051, 50052


def may(overlay: Overlay, source: Pod, target: Pod, port: int) -> bool:
    """Whether a connection is let out here and in there."""
    return _passes(overlay, "egress", source, target, target, port) and _passes(
        overlay, "ingress", target, source, target, port
    )


def may_from(overlay: Overlay, namespace: str, target: Pod, port: int) -> bool:
    """Whether pods of another namespace are let in."""
    return _passes(overlay, "ingress", target, namespace, target, port)


def _passes(overlay: Overlay, way: str, own: Pod, other: Pod | str, target: Pod, port: int) -> bool:
    policies = [
        each["spec"]
        for each in overlay.of_kind("NetworkPolicy")
        if way.capitalize() in each["spec"]["policyTypes"]
        and matches(each["spec"]["podSelector"], own.labels)
    ]
    assert policies, f"no policy holds {own.name}: everything would pass"
    return any(
        _peer_fits(rule, way, other) and _port_fits(rule, target, port)
        for each in policies
        for rule in each.get(way, [])
    )


def _peer_fits(rule: Document, way: str, other: Pod | str) -> bool:
    peers = rule.get("to" if way == "egress" else "from")
    return peers is None or any(_is(peer, other) for peer in peers)


def _is(peer: Document, other: Pod | str) -> bool:
    if "ipBlock" in peer:
        return False  # an address outside the cluster
    if isinstance(other, str):
        named = peer.get("namespaceSelector", {}).get("matchLabels", {})
        return bool(named.get("kubernetes.io/metadata.name") == other)
    return "namespaceSelector" not in peer and matches(peer["podSelector"], other.labels)


def _port_fits(rule: Document, target: Pod, port: int) -> bool:
    listed = rule.get("ports")
    return listed is None or any(
        target.ports.get(each["port"], each["port"]) == port for each in listed
    )


def test_whatever_is_not_allowed_is_denied(overlay: Overlay) -> None:
    spec = overlay.named("NetworkPolicy", "deny-all")["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_process_reaches_its_servers_and_nobody_elses(overlay: Overlay) -> None:
    for server in operators.servers(overlay):
        for pod in overlay.pods:
            if server.kind == "RabbitmqCluster":
                assert may(overlay, pod, server, 5671), pod.name
                assert not may(overlay, pod, server, 15671), pod.name
                assert not may(overlay, pod, server, 5672), pod.name
            else:
                own = server.name in ("postgresql", f"postgresql-{pod.process}")
                wanted = own and pod.process != GATEWAY
                assert may(overlay, pod, server, 5432) is wanted, (pod.name, server.name)


def test_processes_do_not_reach_one_another(overlay: Overlay) -> None:
    for source in overlay.pods:
        for target in overlay.processes.values():
            for port in target.ports.values():
                assert not may(overlay, source, target, port), (source.name, target.name)


def test_servers_reach_their_own_kind_only(overlay: Overlay) -> None:
    servers = operators.servers(overlay)
    for source in servers:
        for target in servers:
            assert may(overlay, source, target, 5432) is (source == target)
        for pod in overlay.processes.values():
            assert not may(overlay, source, pod, METRICS)


def test_metrics_are_read_by_monitoring_and_calls_come_from_the_edge(overlay: Overlay) -> None:
    has_edge = any(overlay.of_kind("Gateway"))
    for pod in overlay.processes.values():
        assert may_from(overlay, "monitoring", pod, METRICS)
        assert not may_from(overlay, "default", pod, METRICS)
    gateway = overlay.processes[GATEWAY]
    for port in (GRPC, GRPC_MTLS):
        assert may_from(overlay, "envoy-gateway-system", gateway, port) is has_edge
        assert not may_from(overlay, "monitoring", gateway, port)


def test_everybody_may_ask_for_names(overlay: Overlay) -> None:
    """`k8s-app: kube-dns` is what the name servers of Kubernetes carry, CoreDNS as well."""
    spec = overlay.named("NetworkPolicy", "allow-names")["spec"]
    assert spec["podSelector"] == {} and spec["policyTypes"] == ["Egress"]
    (rule,) = spec["egress"]
    (peer,) = rule["to"]
    namespace = peer["namespaceSelector"]["matchLabels"]
    assert namespace == {"kubernetes.io/metadata.name": "kube-system"}
    assert peer["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}
    assert {(each["protocol"], each["port"]) for each in rule["ports"]} == {
        ("UDP", 53),
        ("TCP", 53),
    }


def test_servers_are_reached_by_their_operators_and_by_monitoring(overlay: Overlay) -> None:
    for server in operators.servers(overlay):
        if server.kind == "RabbitmqCluster":
            assert may_from(overlay, "rabbitmq-system", server, 15671)
            assert may_from(overlay, "monitoring", server, 15691)
        else:
            assert may_from(overlay, "cnpg-system", server, 8000)
            assert may_from(overlay, "monitoring", server, 9187)


def test_every_policy_is_about_pods_and_peers_that_exist(overlay: Overlay) -> None:
    pods = overlay.pods + operators.servers(overlay)
    for policy in overlay.of_kind("NetworkPolicy"):
        name, spec = policy["metadata"]["name"], policy["spec"]
        assert any(matches(spec["podSelector"], pod.labels) for pod in pods), name
        for rule in spec.get("ingress", []) + spec.get("egress", []):
            for peer in rule.get("from", []) + rule.get("to", []):
                if "namespaceSelector" in peer:
                    labels = peer["namespaceSelector"]["matchLabels"]
                    assert set(labels.values()) <= operators.NAMESPACES, name
                elif "podSelector" in peer:
                    assert any(matches(peer["podSelector"], pod.labels) for pod in pods), name
