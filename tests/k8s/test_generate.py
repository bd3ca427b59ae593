"""k8s/generate.py: what is committed is what the list of services makes."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.k8s.conftest import NEW
from tests.k8s.generator import generate
from tests.k8s.manifests import K8S


def test_what_is_committed_is_up_to_date() -> None:
    assert generate.present(K8S) == generate.wanted(), "run .venv/bin/python k8s/generate.py"


def test_one_more_service_changes_its_own_folder_and_the_lists_only(grown: Path) -> None:
    before, after = generate.present(K8S), generate.present(grown)
    changed = {path for path in after if before.get(path) != after[path]}
    lists = {path for path in changed if path.startswith("services/all/")}
    own = {path for path in changed if path.startswith(f"services/{NEW}/")}
    assert before.keys() <= after.keys() and lists and own
    assert changed - lists - own == {
        "base/gateway/services.env",
        "release/kustomization.yaml",
        "services/gateway/messaging/messaging.yaml",
    }


def test_what_nobody_wants_any_more_is_removed(grown: Path, tmp_path: Path) -> None:
    folder = tmp_path / "k8s"
    shutil.copytree(grown, folder)
    committed = generate.present(K8S)
    generate.write(folder, committed)
    assert generate.present(folder) == committed
    assert not (folder / "services" / NEW).exists()
