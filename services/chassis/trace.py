"""Trace context (W3C traceparent) in the log lines of a call or reaction."""

from __future__ import annotations

import random
import secrets
from contextlib import AbstractContextManager

import structlog


def new_id() -> str:
    return secrets.token_hex(8)


def new_traceparent() -> str:
    return f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-01"


def span(traceparent: str, **bound: str) -> AbstractContextManager[object]:
    """Log lines within the block carry the trace and what is `bound`."""
    trace_id = traceparent.split("-")[1] if traceparent.count("-") == 3 else ""
    return structlog.contextvars.bound_contextvars(trace=trace_id, **bound)
