"""What every refusal carries."""

from __future__ import annotations

import re
from typing import Any

from google.rpc import code_pb2

from chassis.application import Application, CallContext
from chassis.errors import DomainError, Violation
from chassis.principal import Principal

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def told(application: Application, key: str, request: Any, caller: Principal) -> str:
    """What a call says, be it a reply or a refusal."""
    try:
        return str(application.call(key, request, CallContext(caller)))
    except DomainError as refused:
        must_be_told(refused, key)
        return f"{refused.zh} {refused.en} {refused.violations} {refused.metadata}"


def must_be_told(refused: DomainError, path: str) -> None:
    """A refusal has a stable reason of its own, Chinese and English text."""
    assert refused.code != code_pb2.INTERNAL, (path, refused)
    told: list[DomainError | Violation] = [refused, *refused.violations]
    for each in told:
        assert re.fullmatch(r"[A-Z][A-Z_]+", each.reason), (path, each)
        assert each.reason != "INVALID", (path, each)
        assert CHINESE.search(each.zh), (path, each)
        assert re.search(r"[a-z]{3}", each.en), (path, each)
