"""k8s/generate.py and k8s/credentials.py as modules: they are scripts, in no package."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

from tests.k8s.manifests import K8S


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"k8s_{name}", K8S / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


generate = _load("generate")
credentials = _load("credentials")
