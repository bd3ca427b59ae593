"""CloudEvents 1.0 in JSON: how a fact travels.

`data` is proto3 JSON with proto field names. The whole envelope is the message
body, as plain JSON, so that stock nameko subscribers receive it as a dict.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from chassis.contract import Fact, fact_of
from chassis.wire import to_json

CONTENT_TYPE = "application/json"
MAX_BYTES = 1024 * 1024


class EnvelopeRefused(ValueError):
    """The message is not an envelope we understand; trying again cannot help.

    `reason` is stable: UNDECODABLE, NOT_AN_ENVELOPE, UNKNOWN_TYPE, INVALID_DATA, FOREIGN_PUBLISHER.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Envelope:
    """One received fact."""

    id: str
    source: str
    type: str
    subject: str
    aggregate_version: int
    traceparent: str
    fact: Message


def pack(
    message: Message,
    *,
    id: str,
    region_code: str,
    subject: str,
    aggregate_version: int,
    time: datetime,
    traceparent: str,
) -> str:
    """The envelope of a fact, as JSON text."""
    fact = fact_of(type(message))
    return json.dumps(
        {
            "specversion": "1.0",
            "id": id,
            "source": f"/{region_code}/{fact.service}",
            "type": fact.type,
            "subject": subject,
            "time": time.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "aggregateversion": aggregate_version,
            "traceparent": traceparent,
            "data": to_json(message),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def unpack(
    body: bytes, content_type: str, expected: Fact, shape: type[Message] | None = None
) -> Envelope:
    """The envelope in `body`, its fact read as a message of `shape` if one is given; raises
    EnvelopeRefused for anything but `expected`."""
    if content_type not in (CONTENT_TYPE, "application/cloudevents+json"):
        raise EnvelopeRefused("UNDECODABLE", f"content type {content_type[:100]!r}")
    if len(body) > MAX_BYTES:
        raise EnvelopeRefused("UNDECODABLE", f"{len(body)} bytes are more than {MAX_BYTES}")
    try:
        text = body.decode()
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EnvelopeRefused("UNDECODABLE", str(error)[:200]) from None
    if "\\u0000" in text:
        raise EnvelopeRefused("INVALID_DATA", "NUL, which no database column holds")
    return _read(plain, expected, shape or expected.message)


def _read(plain: Any, expected: Fact, shape: type[Message]) -> Envelope:
    if not isinstance(plain, dict) or plain.get("specversion") != "1.0":
        raise EnvelopeRefused("NOT_AN_ENVELOPE", "no CloudEvents 1.0 envelope")
    missing = [name for name in ("id", "source", "type") if not _is_text(plain.get(name))]
    if missing:
        raise EnvelopeRefused("NOT_AN_ENVELOPE", f"missing or wrong: {', '.join(missing)}")
    if plain["type"] != expected.type:
        raise EnvelopeRefused("UNKNOWN_TYPE", f"{plain['type']} where {expected.type} is due")
    if not isinstance(plain.get("data"), dict):
        raise EnvelopeRefused("INVALID_DATA", "data is not an object")
    try:
        fact = json_format.ParseDict(
            plain["data"], shape(), ignore_unknown_fields=True, max_recursion_depth=50
        )
    except (json_format.ParseError, TypeError, ValueError) as error:
        raise EnvelopeRefused("INVALID_DATA", str(error)[:200]) from None
    version = plain.get("aggregateversion", 0)
    return Envelope(
        id=plain["id"],
        source=plain["source"],
        type=plain["type"],
        subject=str(plain.get("subject", "")),
        aggregate_version=version if isinstance(version, int) else 0,
        traceparent=str(plain.get("traceparent", ""))[:100],
        fact=fact,
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable()
