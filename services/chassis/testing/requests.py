"""Requests as nobody in their right mind would send them, made from the contract alone."""

from __future__ import annotations

from random import Random
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor

from chassis.contract import Method
from chassis.testing.rows import Known

MILD_TEXTS = ("", "甲", "YL-1", "990101", "2024-02-29", "11990100103026190A")
MILD_NUMBERS = (0, 1, 2, 50, 1998)
TEXTS = (
    "",
    " ",
    "甲",
    "\0",
    "a\x1bb",
    "字" * 5_000,
    "%_'\"\\;--",
    "２０２４－０２－２９",
    "2023-02-29",
    "9" * 40,
    "-1e400",
    "\u202e\ufeff\u200b",
    "🏢" * 50,
    "WyJhIl0",
    "0190b6e0-7d5c-7a3e-8f00-0123456789ab",
)
WHOLE = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
}
FIGURES = (float("nan"), float("inf"), float("-inf"), -5.0, 0.0, 0.001, 5e-324, 1e308, 120.5)
DEEPEST = 4


class Requests:
    """Makes one request after the other; the same for the same seed.

    Half of them are mild, and many texts are ones that stand in the database, so that
    requests get further than the first check.
    """

    def __init__(self, seed: str, known: Known) -> None:
        self._random = Random(seed)
        self._known = known
        self._mild = False

    def request(self, method: Method, number: int) -> Any:
        self._mild = self._random.random() < 0.5
        request: Any = self._message(method.request.DESCRIPTOR, 0)
        if method.is_command and self._random.random() < 0.9:
            request.request_id = f"{method.key}-{number}"
        for name in ("etag", "page_token"):
            if self._mild and name in method.request.DESCRIPTOR.fields_by_name:
                request.ClearField(name)
        return request

    def mild(self, method: Method, number: int) -> Any:
        """A request that gets further than the first checks, more often than not."""
        self._mild = True
        request: Any = self._message(method.request.DESCRIPTOR, 0)
        if method.is_command:
            request.request_id = f"mild-{method.key}-{number}"
        for name in ("etag", "page_token"):
            if name in method.request.DESCRIPTOR.fields_by_name:
                request.ClearField(name)
        return request

    def _message(self, descriptor: Any, depth: int) -> Any:
        message = message_factory.GetMessageClass(descriptor)()
        for field in descriptor.fields:
            if self._random.random() < (0.95 if self._mild else 0.8):
                self._fill(message, field, depth)
        return message

    def _fill(self, message: Any, field: FieldDescriptor, depth: int) -> None:
        if field.message_type is not None and depth == DEEPEST:
            return
        count = self._random.choice((0, 1, 1, 2, 7))
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value = field.message_type.fields_by_name["value"]
            for _ in range(count):
                getattr(message, field.name)[self._text("")] = self._one(value, depth)
        elif field.is_repeated:
            getattr(message, field.name).extend(self._one(field, depth) for _ in range(count))
        elif field.message_type is not None:
            getattr(message, field.name).CopyFrom(self._one(field, depth))
        else:
            setattr(message, field.name, self._one(field, depth))

    def _one(self, field: FieldDescriptor, depth: int) -> Any:
        choose = self._random.choice
        if field.message_type is not None:
            return self._message(field.message_type, depth + 1)
        if field.enum_type is not None:
            numbers = [value.number for value in field.enum_type.values]
            return choose(numbers[1:] if self._mild else [*numbers, 99, -1])
        if field.type == FieldDescriptor.TYPE_STRING:
            return self._text(field.name)
        if field.type == FieldDescriptor.TYPE_BOOL:
            return choose((True, False))
        if field.type == FieldDescriptor.TYPE_BYTES:
            return choose((b"", b"\0\xff"))
        if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
            return choose((0.0, 120.5) if self._mild else FIGURES)
        return choose(MILD_NUMBERS if self._mild else (*WHOLE[field.type], -1, 501))

    def _text(self, name: str) -> str:
        known = self._known.get(name)
        likely = 0.5 if not self._mild else 0.95 if name.endswith("_id") else 0.2
        if known and self._random.random() < likely:
            return self._random.choice(known)
        return self._random.choice(MILD_TEXTS if self._mild else TEXTS)
