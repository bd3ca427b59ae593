"""What Kubernetes would only say at night: pods as safe, whole and observable as promised."""

from __future__ import annotations

import json

import pytest

from chassis.settings import ServiceSettings
from gateway.settings import GatewaySettings
from tests.k8s.manifests import GATEWAY, K8S, Overlay, Pod, matches

VOLUMES = {"configMap", "secret", "projected", "emptyDir", "downwardAPI", "persistentVolumeClaim"}


def test_the_namespace_enforces_the_restricted_standard(overlay: Overlay) -> None:
    (namespace,) = overlay.of_kind("Namespace")
    labels = namespace["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    outside = [
        (each["kind"], each["metadata"]["name"])
        for each in overlay.documents
        if each is not namespace
        and each["metadata"].get("namespace") != namespace["metadata"]["name"]
    ]
    assert outside == []


def test_every_pod_keeps_the_restricted_standard(overlay: Overlay) -> None:
    for pod in overlay.pods:
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.spec.keys(), pod.name
        context = pod.spec["securityContext"]
        assert context["runAsNonRoot"] is True and context["runAsUser"] == 10001, pod.name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, pod.name
        own = pod.container["securityContext"]
        assert own["allowPrivilegeEscalation"] is False, pod.name
        assert own["capabilities"] == {"drop": ["ALL"]}, pod.name
        assert not any("hostPort" in port for port in pod.container.get("ports", [])), pod.name
        for volume in pod.spec["volumes"]:
            assert volume.keys() - {"name"} <= VOLUMES, (pod.name, volume)


def test_every_pod_writes_to_its_tmp_only_and_holds_no_token(overlay: Overlay) -> None:
    accounts = {each["metadata"]["name"]: each for each in overlay.of_kind("ServiceAccount")}
    for pod in overlay.pods:
        assert pod.container["securityContext"]["readOnlyRootFilesystem"] is True
        writable = [
            each["mountPath"] for each in pod.container["volumeMounts"] if not each.get("readOnly")
        ]
        assert writable == ["/tmp"], pod.name
        assert pod.spec["automountServiceAccountToken"] is False
        account = accounts[pod.spec["serviceAccountName"]]
        assert account["automountServiceAccountToken"] is False


def test_every_process_of_the_overlay_is_there_with_a_migration_for_each_service(
    overlay: Overlay,
) -> None:
    assert set(overlay.processes) == {*overlay.services, GATEWAY}
    migrated = [pod.process for pod in overlay.pods if pod.kind == "Job"]
    assert sorted(migrated) == sorted(overlay.services)
    offered = overlay.environment(overlay.processes[GATEWAY])["GUANJIA_SERVICES"]
    assert sorted(offered.split(",")) == sorted(overlay.services)


def test_every_container_runs_its_process(overlay: Overlay) -> None:
    for pod in overlay.pods:
        told = [*pod.container["command"], *pod.container.get("args", [])]
        named = overlay.environment(pod).get("SERVICE", "")
        told = [each.replace("$(SERVICE)", named) for each in told]
        if pod.process == GATEWAY:
            assert told == ["python", "-m", "gateway"]
        else:
            act = "migrate" if pod.kind == "Job" else "run"
            assert told == ["python", "-m", "chassis", act, pod.process]


def test_every_image_has_the_version_of_the_release_and_no_host(overlay: Overlay) -> None:
    for pod in overlay.pods:
        name, _, tag = pod.container["image"].partition(":")
        assert name == ("guanjia-gateway" if pod.process == GATEWAY else "guanjia-service")
        assert tag and tag != "latest"


def test_every_process_is_probed_measured_and_protected_from_disruption(overlay: Overlay) -> None:
    monitors = [each["spec"] for each in overlay.of_kind("PodMonitor")]
    for pod in overlay.processes.values():
        paths = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
        for probe, path in paths.items():
            asked = pod.container[probe]["httpGet"]
            assert (asked["path"], asked["port"]) == (path, "metrics")
        bound = int(overlay.environment(pod)["GUANJIA_METRICS_PORT"])
        assert pod.ports["metrics"] == bound
        budgets = [
            each
            for each in overlay.of_kind("PodDisruptionBudget")
            if matches(each["spec"]["selector"], pod.labels)
        ]
        assert len(budgets) == 1, pod.name
        if monitors:
            assert any(
                matches(each["selector"], pod.labels)
                and "metrics" in [end["port"] for end in each["podMetricsEndpoints"]]
                for each in monitors
            ), pod.name


def test_every_container_asks_for_what_it_needs_and_has_a_limit_of_memory(overlay: Overlay) -> None:
    for pod in overlay.pods:
        resources = pod.container["resources"]
        assert {"cpu", "memory"} == resources["requests"].keys(), pod.name
        assert "memory" in resources["limits"], pod.name


def test_memory_is_what_was_measured_and_what_calls_may_take(overlay: Overlay) -> None:
    """The arithmetic of k8s/README.md, in MiB."""
    figures = json.loads((K8S.parent / "docs" / "performance" / "figures.json").read_text())
    idle = {name: mb * 1e6 / 2**20 for name, mb in figures["idle_mb"].items()}
    workers = ServiceSettings.model_fields["rpc_workers"].default
    backlog = ServiceSettings.model_fields["rpc_backlog"].default
    for pod in overlay.processes.values():
        asked, most = _mebibytes(pod, "requests"), _mebibytes(pod, "limits")
        if pod.process == GATEWAY:
            calls = int(overlay.environment(pod)["GUANJIA_MAX_CONCURRENT_CALLS"])
            assert asked >= idle[GATEWAY] and most >= idle[GATEWAY] + 2 * calls
            continue
        own = idle.get(pod.process, max(idle.values()))
        assert asked >= own + 3 * workers, pod.name
        assert most >= own + (workers + backlog + workers) + 8 * workers, pod.name


def _mebibytes(pod: Pod, kind: str) -> int:
    return int(pod.container["resources"][kind]["memory"].removesuffix("Mi"))


def test_a_pod_is_given_longer_to_end_than_it_takes_to_finish_its_work(overlay: Overlay) -> None:
    for pod in overlay.processes.values():
        settings = GatewaySettings if pod.process == GATEWAY else ServiceSettings
        default = settings.model_fields["drain_timeout_s"].default
        drain_s = float(overlay.environment(pod).get("GUANJIA_DRAIN_TIMEOUT_S", default))
        pause_s = pod.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
        needed_s = drain_s + pause_s.get("seconds", 0)
        assert pod.spec["terminationGracePeriodSeconds"] >= needed_s + 5, pod.name


def test_a_roll_out_never_has_fewer_pods_than_before(overlay: Overlay) -> None:
    for each in overlay.of_kind("Deployment"):
        rolling = each["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxUnavailable": 0, "maxSurge": 1}
        if overlay.name in ("district", "city") and not _is_scaled(
            overlay, each["metadata"]["name"]
        ):
            assert each["spec"]["replicas"] >= 2
        spread = each["spec"]["template"]["spec"]["topologySpreadConstraints"][0]
        assert matches(spread["labelSelector"], each["spec"]["template"]["metadata"]["labels"])


def test_what_keda_scales_has_no_number_of_replicas_and_never_less_than_two(city: Overlay) -> None:
    for name in city.services:
        assert _is_scaled(city, f"guanjia-{name}")
        assert "replicas" not in city.named("Deployment", f"guanjia-{name}")["spec"]
        spec = city.named("ScaledObject", f"guanjia-{name}")["spec"]
        assert 2 <= spec["minReplicaCount"] < spec["maxReplicaCount"]


@pytest.mark.parametrize("word", ["password", "BEGIN", "amqps://", "postgresql+psycopg2://"])
def test_no_manifest_has_a_secret_in_it(overlay: Overlay, word: str) -> None:
    assert list(overlay.of_kind("Secret")) == []
    for each in overlay.of_kind("ConfigMap"):
        assert word not in str(each.get("data")), each["metadata"]["name"]
    for pod in overlay.pods:
        assert word not in str(overlay.environment(pod)), pod.name


def test_connections_of_all_replicas_fit_into_their_server(overlay: Overlay) -> None:
    most = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"]["maxReplicaCount"]
        for each in overlay.of_kind("ScaledObject")
    }
    for cluster in overlay.of_kind("Cluster"):
        name = cluster["metadata"]["name"]
        users = [pod for pod in overlay.processes.values() if _uses(pod, name)]
        pods = sum(
            most.get(pod.name) or overlay.named("Deployment", pod.name)["spec"]["replicas"]
            for pod in users
        )
        # One more of each during a roll-out, and two connections of its migration.
        wanted = (pods + len(users)) * _connections() + 2 * len(users)
        free = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"]) - 20
        assert users and wanted <= free, name


def _connections() -> int:
    """The pool of one replica, as chassis.host makes it."""
    fields = ServiceSettings.model_fields
    return int(fields["rpc_workers"].default + fields["reaction_workers"].default + 4)


def _uses(pod: Pod, server: str) -> bool:
    return pod.process != GATEWAY and server in ("postgresql", f"postgresql-{pod.process}")


def _is_scaled(overlay: Overlay, deployment: str) -> bool:
    return any(
        each["spec"]["scaleTargetRef"]["name"] == deployment
        for each in overlay.of_kind("ScaledObject")
    )
