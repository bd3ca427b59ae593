"""Words of a command line to the request they describe.

    property_id=0190…             a field
    property.name=…               a field of a nested message
    assets.0.name=…               a field of one element of a list
    assets='[{"name": …}]'        the same as JSON

An enum value goes by its full name, by the tail of it, or by what people call it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from chassis.contract import Method, label_of, value_label_of
from chassis.enums import numbers_of
from cli.catalogue import UnknownName, descriptor_of

_YES = {"true", "1", "yes", "是"}
_NO = {"false", "0", "no", "否"}
_WHOLE = (
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64,
)
_DECIMAL = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)


class WrongArgument(ValueError):
    """An argument does not fit the contract; says which, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def request_of(method: Method, words: Sequence[str], data: str = "") -> Message:
    """The request that JSON `data` and the words key=value over it describe."""
    tree = _read_json(data, "--data") if data else {}
    if not isinstance(tree, dict):
        raise WrongArgument("--data 须为 JSON 对象", "--data must be a JSON object")
    for word in words:
        path, equals, value = word.partition("=")
        if not equals or not path:
            raise WrongArgument(f"“{word}”应写作 名称=值", f"{word!r} should read key=value")
        _put(tree, path.split("."), value, word)
    values = _fit(descriptor_of(method.request), tree, "")
    try:
        return json_format.ParseDict(values, method.request())
    except (json_format.ParseError, ValueError) as error:
        raise WrongArgument(f"参数与接口约定不符：{error}", str(error)) from None


def _put(tree: Any, path: list[str], value: str, word: str) -> None:
    *above, last = path
    for part in above:
        inner = tree.setdefault(part, {})
        if isinstance(inner, list):
            inner = tree[part] = {str(index): each for index, each in enumerate(inner)}
        if not isinstance(inner, dict):
            raise WrongArgument(f"“{word}”与前面的参数冲突", f"{word!r} contradicts an earlier one")
        tree = inner
    tree[last] = value


def _fit(descriptor: Descriptor, tree: dict[str, Any], path: str) -> dict[str, Any]:
    fitted = {}
    for name, value in tree.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            raise UnknownName("字段", path + name, [path + each.name for each in descriptor.fields])
        if value is not None:
            fitted[name] = _fit_field(field, value, path + name)
    return fitted


def _fit_field(field: FieldDescriptor, value: Any, path: str) -> Any:
    is_plain = field.message_type is None or field.message_type.file.package == "google.protobuf"
    if isinstance(value, str) and (field.is_repeated or not is_plain):
        value = _read_json(value, path)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name["value"]
        return {key: _fit_one(entry, each, f"{path}.{key}") for key, each in value.items()}
    if not field.is_repeated:
        return _fit_one(field, value, path)
    if isinstance(value, dict):
        value = _in_order(value, path)
    if not isinstance(value, list):
        raise _wrong(field, path, "列表", "a list")
    return [_fit_one(field, each, f"{path}.{index}") for index, each in enumerate(value)]


def _in_order(elements: dict[str, Any], path: str) -> list[Any]:
    if set(elements) != {str(index) for index in range(len(elements))}:
        zh = f"{path} 的序号须从 0 起连续：{'、'.join(elements)}"
        raise WrongArgument(zh, f"{path}: number its elements 0, 1, 2, …")
    return [elements[str(index)] for index in range(len(elements))]


def _fit_one(field: FieldDescriptor, value: Any, path: str) -> Any:
    if field.message_type is not None:
        if field.message_type.file.package == "google.protobuf":
            return value
        if not isinstance(value, dict):
            raise _wrong(field, path, "JSON 对象", "a JSON object")
        return _fit(field.message_type, value, path + ".")
    if field.enum_type is not None:
        return enum_number(field.enum_type, value, path)
    try:
        return _fit_scalar(field, value)
    except ValueError:
        raise _wrong(field, path, *_kind(field)) from None


def _fit_scalar(field: FieldDescriptor, value: Any) -> Any:
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        folded = str(value).casefold()
        if folded not in _YES | _NO:
            raise ValueError(value)
        return folded in _YES
    if field.cpp_type in _WHOLE:
        return int(str(value).replace(",", ""))
    if field.cpp_type in _DECIMAL:
        return float(str(value).replace(",", ""))
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def enum_number(enum: EnumDescriptor, value: Any, path: str) -> int:
    """The number of an enum value named in full, by its tail, by its label or number."""
    words = numbers_of(enum)
    for each in enum.values:
        if str(value) in (each.name, value_label_of(each), str(each.number)):
            return each.number
    if str(value).casefold() in words:
        return words[str(value).casefold()]
    known = "、".join(
        f"{value_label_of(enum.values_by_number[number])}({word})"
        for word, number in words.items()
        if word
    )
    raise WrongArgument(f"{path} 没有“{value}”这个取值，可用：{known}", f"{path}: no such value")


def _kind(field: FieldDescriptor) -> tuple[str, str]:
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return "是或否", "true or false"
    if field.cpp_type in _WHOLE:
        return "整数", "a whole number"
    return ("数字", "a number") if field.cpp_type in _DECIMAL else ("文字", "text")


def _wrong(field: FieldDescriptor, path: str, zh: str, en: str) -> WrongArgument:
    return WrongArgument(f"{path}（{label_of(field)}）须为{zh}", f"{path} must be {en}")


def _read_json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise WrongArgument(f"{where} 不是 JSON：{error}", f"{where} is no JSON") from None
