"""What is taken from the lock files."""

from __future__ import annotations

import re

import pytest

from images.release import KINDS, ROOT
from images.wheels import settled

LOCK = """\
both==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
either==1.3 ; python_full_version < '3.12' \\
    --hash=sha256:cc
either==3.0 ; python_full_version >= '3.12' \\
    --hash=sha256:dd
other==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:ee
"""


def test_what_is_for_another_python_or_system_is_left_out_whoever_builds() -> None:
    assert settled(LOCK) == (
        "both==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "either==1.3 \\\n    --hash=sha256:cc\n"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_package_is_named_once_with_its_hashes(kind: str) -> None:
    lock = settled((ROOT / "requirements" / f"{kind}.txt").read_text())
    entries = [each for each in re.split(r"\n(?=\S)", lock.strip()) if each]
    names = [each.split("==")[0] for each in entries]
    assert len(names) > 20
    assert len(set(names)) == len(names)
    assert all(" --hash=sha256:" in each and ";" not in each for each in entries)
