"""What docs/operations.md tells an operator to write is understood."""

from __future__ import annotations

import re
import shlex

import pytest

from chassis.runner import _parser
from tests.k8s.manifests import K8S

BOOK = (K8S.parent / "docs" / "operations.md").read_text()
MEANT = {"service": "housing", "instant": "2026-01-31T08:00", "you": "zhang.wei"}
COMMANDS = re.findall(r"(?:^ +|`)python -m chassis ([a-z][^`\n…]+?)(?:`| +#|$)", BOOK, re.MULTILINE)


def test_the_book_has_the_acts_of_an_operator() -> None:
    acts = {each.split()[0] for each in COMMANDS}
    assert {"run", "migrate", "settings", "hold", "release", "resend", "parked"} <= acts


@pytest.mark.parametrize("command", COMMANDS)
def test_an_act_of_the_book_is_understood(command: str) -> None:
    meant = re.sub(r"<([^>]+)>", lambda found: MEANT.get(found[1], "some"), command)
    _parser().parse_args(shlex.split(meant))
