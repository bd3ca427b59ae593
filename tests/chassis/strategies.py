"""Messages of any contract, for hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

_WHOLE = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
}

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
instants = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)


@st.composite
def messages(draw: st.DrawFn, kind: type[Message]) -> Message:
    """A message of `kind` that an office might send: no control characters, known enum values."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        if draw(st.booleans()):
            _fill(draw, message, field)
    return message


def _fill(draw: st.DrawFn, message: Any, field: Any) -> None:
    if _is_map(field.message_type):
        entry = field.message_type.fields_by_name
        values = st.dictionaries(texts, _one(entry["value"]), max_size=3)
        getattr(message, field.name).update(draw(values))
        return
    if field.is_repeated:
        target = getattr(message, field.name)
        for value in draw(st.lists(_one(field), max_size=3)):
            target.append(value)
        return
    value = draw(_one(field))
    if isinstance(value, Message):
        getattr(message, field.name).CopyFrom(value)
    else:
        setattr(message, field.name, value)


def _one(field: Any) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        kind = message_factory.GetMessageClass(field.message_type)
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return instants.map(lambda instant: _timestamp(kind, instant))
        return messages(kind)
    if field.enum_type is not None:
        # In plain values an optional word that is sent as unspecified is None.
        return st.sampled_from([each.number for each in field.enum_type.values if each.number])
    if field.type == FieldDescriptor.TYPE_STRING:
        return texts
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.binary(max_size=20)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return st.booleans()
    if field.type == FieldDescriptor.TYPE_FLOAT:
        # The largest single of all does not survive its own text in JSON.
        return st.floats(-(2.0**100), 2.0**100, width=32)
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        return st.floats(allow_nan=False)
    return st.integers(*_WHOLE[field.type])


def _timestamp(kind: Any, instant: datetime) -> Any:
    made = kind()
    made.FromDatetime(instant)
    return made


def _is_map(descriptor: Descriptor | None) -> bool:
    return descriptor is not None and descriptor.GetOptions().map_entry
