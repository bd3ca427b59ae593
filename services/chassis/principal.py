"""Who asks. The gateway says it; services trust what the gateway says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

MAX_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or system that calls; `subject` is unique within the deployment."""

    subject: str

    def to_header(self) -> str:
        return _header(self)

    @classmethod
    def from_header(cls, header: object) -> Principal:
        """The principal a message names; anonymous where it names none that can be read."""
        try:
            subject = json.loads(str(header))["subject"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return ANONYMOUS
        return cls(str(subject)[:MAX_SUBJECT])


@lru_cache(maxsize=10_000)
def _header(principal: Principal) -> str:
    return json.dumps({"subject": principal.subject}, ensure_ascii=True)


ANONYMOUS = Principal("anonymous")
