"""What each size of deployment promises of its servers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chassis.platform import SERVICES
from tests.k8s.manifests import K8S, Overlay

SIZES: Mapping[str, tuple[int, int, str]] = {
    "dev": (1, 1, ""),
    "district": (1, 2, "preferred"),
    "city": (3, 3, "required"),
}
"""Nodes of RabbitMQ, instances of PostgreSQL, what a commit waits for."""


@pytest.mark.parametrize("name", SIZES)
def test_servers_are_as_many_as_the_book_says_and_commits_as_durable(name: str) -> None:
    overlay = Overlay(name, K8S, tuple(SERVICES))
    nodes, instances, durability = SIZES[name]
    assert overlay.named("RabbitmqCluster", "rabbitmq")["spec"]["replicas"] == nodes
    clusters = list(overlay.of_kind("Cluster"))
    assert len(clusters) == (len(SERVICES) if name == "city" else 1)
    for each in clusters:
        assert each["spec"]["instances"] == instances
        told = each["spec"]["postgresql"].get("synchronous", {})
        assert told.get("dataDurability", "") == durability
        # One instance more than must have a commit, so that one may be lost.
        assert not told or told["number"] == 1 < instances


@pytest.mark.parametrize("name", ["district", "city"])
def test_every_database_is_backed_up_each_night_and_its_log_all_the_time(name: str) -> None:
    overlay = Overlay(name, K8S, tuple(SERVICES))
    backed_up = {each["spec"]["cluster"]["name"] for each in overlay.of_kind("ScheduledBackup")}
    clusters = list(overlay.of_kind("Cluster"))
    assert {each["metadata"]["name"] for each in clusters} == backed_up
    for each in clusters:
        assert any(plugin["isWALArchiver"] for plugin in each["spec"]["plugins"])


def test_calls_outlive_a_node_where_there_are_three(city: Overlay) -> None:
    assert city.named("Vhost", "guanjia")["spec"]["defaultQueueType"] == "quorum"
    labels = {"app.kubernetes.io/name": "rabbitmq"}
    affinity = city.named("RabbitmqCluster", "rabbitmq")["spec"]["affinity"]["podAntiAffinity"]
    (rule,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["labelSelector"]["matchLabels"] == labels
    budget = city.named("PodDisruptionBudget", "rabbitmq")["spec"]
    assert budget["selector"]["matchLabels"] == labels and budget["maxUnavailable"] == 1


def test_no_message_is_dropped_for_coming_back_often(overlay: Overlay) -> None:
    (policy,) = overlay.of_kind("Policy")
    assert policy["spec"]["definition"] == {"delivery-limit": -1}
    assert (policy["spec"]["pattern"], policy["spec"]["applyTo"]) == (".*", "quorum_queues")


def test_servers_speak_tls_only(overlay: Overlay) -> None:
    tls = overlay.named("RabbitmqCluster", "rabbitmq")["spec"]["tls"]
    assert tls["disableNonTLSListeners"] is True
    for each in overlay.of_kind("Cluster"):
        assert each["spec"]["postgresql"]["pg_hba"][0] == "hostnossl all all all reject"
