"""Protobuf messages ⇄ plain values ⇄ objects.

Plain values are what marshmallow and models work with: str, int, float, bool,
datetime, dict, list; an enum value is its plain word (see `chassis.enums`). Which
is which comes from the descriptors; nobody writes a converter per noun.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from chassis.contract import label_of
from chassis.enums import numbers_of, words_of
from chassis.errors import InvalidInput, Violation

Descriptor = Any
"""A message descriptor: protobuf's Python and C kinds share no type."""

M = TypeVar("M", bound=Message)

MAX_TEXT = 4_000
MAX_LIST = 2_000
"""Values of a repeated field; what needs more comes in several calls."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Values(dict[str, Any]):
    """The plain values of a request, readable as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def present(self, *names: str) -> dict[str, Any]:
        """Those of `names` that the request gives."""
        return {name: self[name] for name in names if name in self}


def decode(kind: type[Message], body: bytes) -> Message:
    """The message in `body`; refuses bytes that are not one."""
    try:
        return kind.FromString(body)
    except DecodeError:
        raise InvalidInput.field(
            "", "MALFORMED", "请求内容无法解析", f"the body is not a {kind.DESCRIPTOR.full_name}"
        ) from None


def from_json(kind: type[Message], values: dict[str, Any]) -> Message:
    """The message that proto3 JSON `values` describe; refuses what does not fit."""
    try:
        return json_format.ParseDict(values, kind())
    except (json_format.ParseError, TypeError, ValueError, RecursionError) as error:
        name = _field_named_in(str(error), kind.DESCRIPTOR)
        raise InvalidInput.field(
            name, "MALFORMED", "请求内容与约定不符", "the fields do not fit the contract"
        ) from None


def to_json(message: Message) -> dict[str, Any]:
    """proto3 JSON with proto field names, as plain Python values."""
    plain: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return plain


def to_plain(message: Message, path: str = "") -> Values:
    """The plain values of `message`; refuses text no office would write."""
    values = Values()
    for name, read in _readers(message.DESCRIPTOR):
        read(message, values, path + name)
    return values


def to_message(kind: type[M], source: Any, /, **given: Any) -> M:
    """A `kind` filled by field name from `source`: an object, a row or a dict.

    Fields in `given` are taken from there instead. A singular nested message for
    which `source` has no attribute is filled from `source` itself (its columns lie
    flat). `etag` is taken from `version`.
    """
    return kind(**_fields(kind.DESCRIPTOR, source, given))


def labels_in(descriptor: Descriptor, path: str) -> str:
    """What people call the field at `path` below `descriptor`."""
    label = ""
    current: Descriptor | None = descriptor
    for part in path.split("."):
        if part.isdigit() or current is None:
            continue
        field = current.fields_by_name.get(part)
        if field is None:
            break
        label = label_of(field)
        current = field.message_type
    return label


# Messages to plain values ------------------------------------------------------------

_Reader = Callable[[Any, Values, str], None]


@cache
def _readers(descriptor: Descriptor) -> list[tuple[str, _Reader]]:
    return [(field.name, _reader(field)) for field in descriptor.fields]


def _reader(field: FieldDescriptor) -> _Reader:
    name = field.name
    convert = _to_plain_value(field)
    if _is_map(field):

        def read_map(message: Any, values: Values, path: str) -> None:
            values[name] = {
                _text(key, path): _text(value, f"{path}.{key}") if isinstance(value, str) else value
                for key, value in getattr(message, name).items()
            }

        return read_map
    if field.is_repeated:

        def read_list(message: Any, values: Values, path: str) -> None:
            given = getattr(message, name)
            if len(given) > MAX_LIST:
                zh, en = f"最多 {MAX_LIST} 项", f"at most {MAX_LIST}"
                raise InvalidInput.of([Violation(path, "TOO_MANY", zh, en)])
            values[name] = [convert(each, f"{path}.{number}") for number, each in enumerate(given)]

        return read_list
    if field.has_presence and field.message_type is None:

        def read_optional(message: Any, values: Values, path: str) -> None:
            if message.HasField(name):
                values[name] = convert(getattr(message, name), path)

        return read_optional
    if field.message_type is not None:

        def read_message(message: Any, values: Values, path: str) -> None:
            present = message.HasField(name)
            values[name] = convert(getattr(message, name), path) if present else None

        return read_message

    def read(message: Any, values: Values, path: str) -> None:
        values[name] = convert(getattr(message, name), path)

    return read


def _to_plain_value(field: FieldDescriptor) -> Callable[[Any, str], Any]:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return _instant
        return lambda message, path: to_plain(message, path + ".")
    if field.enum_type is not None:
        words = words_of(field.enum_type)

        def word(number: int, path: str) -> str | None:
            if number not in words:
                zh, en = f"取值 {number} 不在约定之内", f"{number} is not a value of this enum"
                raise InvalidInput.of([Violation(path, "UNKNOWN_VALUE", zh, en, str(number))])
            return words[number]

        return word
    if field.type == FieldDescriptor.TYPE_STRING:
        return _text
    return lambda value, path: value


def _text(value: str, path: str) -> str:
    if len(value) > MAX_TEXT:
        zh, en = f"超过 {MAX_TEXT} 个字符", f"longer than {MAX_TEXT} characters"
        raise InvalidInput.of([Violation(path, "TOO_LONG", zh, en)])
    if not value.isprintable() and _CONTROL.search(value):
        raise InvalidInput.of(
            [Violation(path, "INVALID_TEXT", "含有控制字符", "holds control characters")]
        )
    return value


def _instant(timestamp: Any, path: str) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1000)
    except OverflowError:
        raise InvalidInput.of(
            [Violation(path, "OUT_OF_RANGE", "时间超出范围", "the time is out of range")]
        ) from None


# Objects to messages -----------------------------------------------------------------

_Writer = Callable[[Any], Any]


def _fields(descriptor: Descriptor, source: Any, given: dict[str, Any]) -> dict[str, Any]:
    fields = {}
    for name, attribute, write, flat in _writers(descriptor):
        if name in given:
            value = given[name]
        elif isinstance(source, dict):
            value = source.get(attribute, source if flat else None)
        else:
            value = getattr(source, attribute, source) if flat else getattr(source, attribute)
        if value is not None:
            fields[name] = write(value)
    return fields


@cache
def _writers(descriptor: Descriptor) -> list[tuple[str, str, _Writer, bool]]:
    writers = []
    for field in descriptor.fields:
        attribute = "version" if field.name == "etag" else field.name
        writers.append((field.name, attribute, _writer(field), _may_lie_flat(field)))
    return writers


def _may_lie_flat(field: FieldDescriptor) -> bool:
    return (
        field.message_type is not None
        and not field.is_repeated
        and not field.message_type.full_name.startswith("google.")
    )


def _writer(field: FieldDescriptor) -> _Writer:
    if _is_map(field):
        return dict
    one = _writer_of_one(field)
    if field.is_repeated:
        return lambda values: [one(value) for value in values]
    return one


def _writer_of_one(field: FieldDescriptor) -> _Writer:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return _timestamp
        kind = message_factory.GetMessageClass(field.message_type)
        return lambda source: source if isinstance(source, Message) else to_message(kind, source)
    if field.enum_type is not None:
        numbers = numbers_of(field.enum_type)
        return numbers.__getitem__
    if field.type == FieldDescriptor.TYPE_STRING:
        return _string
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        return float
    if field.type == FieldDescriptor.TYPE_BYTES:
        return bytes
    if field.type == FieldDescriptor.TYPE_BOOL:
        return bool
    return int


def _string(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _timestamp(instant: datetime) -> dict[str, int]:
    microseconds = (instant - _EPOCH) // _MICROSECOND
    seconds, rest = divmod(microseconds, 1_000_000)
    return {"seconds": seconds, "nanos": rest * 1000}


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _field_named_in(text: str, descriptor: Descriptor) -> str:
    for quoted in re.findall(r'"([A-Za-z_.]+)"', text):
        if quoted.split(".")[0] in descriptor.fields_by_name:
            return str(quoted)
    words = re.findall(r'named "([^"]+)"', text) or re.findall(r"parse (\w+) field", text)
    return str(words[0])[:100] if words else ""


def jsonable(value: Any) -> Any:
    """`value` as JSON can hold it (audit rows): decimals and dates as text."""
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
