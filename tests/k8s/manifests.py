"""Overlays as kustomize renders them, and what is asked of the documents again and again."""

from __future__ import annotations

import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

K8S = Path(__file__).resolve().parents[2] / "k8s"
GATEWAY = "gateway"

Document = dict[str, Any]


def render(folder: Path) -> list[Document]:
    """What `kubectl apply -k` would send; by the kubectl of the virtual environment."""
    kubectl = Path(sysconfig.get_path("scripts")) / "kubectl"
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [each for each in yaml.load_all(done.stdout, loader) if each]


@dataclass(frozen=True)
class Pod:
    """A pod template of ours: `kind` and `name` of what starts it."""

    kind: str
    name: str
    labels: dict[str, str]
    spec: Document

    @property
    def process(self) -> str:
        return self.labels["app.kubernetes.io/name"]

    @property
    def container(self) -> Document:
        (container,) = self.spec["containers"]
        found: Document = container
        return found

    @property
    def ports(self) -> dict[str, int]:
        return {each["name"]: each["containerPort"] for each in self.container.get("ports", [])}


@dataclass(frozen=True)
class Overlay:
    """One overlay below `k8s` (a folder as the project's), and the services it should have."""

    name: str
    k8s: Path
    services: tuple[str, ...]

    @cached_property
    def documents(self) -> list[Document]:
        return render(self.k8s / "overlays" / self.name)

    def of_kind(self, *kinds: str) -> Iterator[Document]:
        return (each for each in self.documents if each["kind"] in kinds)

    def named(self, kind: str, name: str) -> Document:
        (found,) = [each for each in self.of_kind(kind) if each["metadata"]["name"] == name]
        return found

    @property
    def pods(self) -> list[Pod]:
        return [
            Pod(
                each["kind"],
                each["metadata"]["name"],
                each["spec"]["template"]["metadata"]["labels"],
                each["spec"]["template"]["spec"],
            )
            for each in self.of_kind("Deployment", "Job")
        ]

    @property
    def processes(self) -> dict[str, Pod]:
        """Name of the process → its pod."""
        return {pod.process: pod for pod in self.pods if pod.kind == "Deployment"}

    def environment(self, pod: Pod) -> dict[str, str]:
        """Variables of its container; what its labels tell included, as Kubernetes does it."""
        found: dict[str, str] = {}
        for each in pod.container.get("envFrom", []):
            found |= self.named("ConfigMap", each["configMapRef"]["name"])["data"]
        for each in pod.container.get("env", []):
            found[each["name"]] = each["value"] if "value" in each else _told(each, pod)
        return found


def _told(variable: Document, pod: Pod) -> str:
    path = variable["valueFrom"]["fieldRef"]["fieldPath"]
    return pod.labels[path.removeprefix("metadata.labels['").removesuffix("']")]


def matches(selector: Document, labels: dict[str, str]) -> bool:
    """Whether a label selector (matchLabels, In and Exists) takes these labels."""
    wanted = selector.get("matchLabels", {})
    among = selector.get("matchExpressions", [])
    assert {each["operator"] for each in among} <= {"In", "Exists"}, "not understood here"
    return wanted.items() <= labels.items() and all(
        each["key"] in labels and labels[each["key"]] in each.get("values", labels.values())
        for each in among
    )
