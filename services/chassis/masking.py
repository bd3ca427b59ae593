"""Sensitive fields of a reply, shown only in part."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from chassis.contract import masks_of
from guanjia.policy.v1 import policy_pb2

_SHOWN: dict[int, tuple[int, int]] = {
    policy_pb2.MASK_PHONE: (3, 4),
    policy_pb2.MASK_ID_NUMBER: (1, 1),
}
"""How many characters are shown at the beginning and at the end."""


_HIDDEN_AT_LEAST = 4


def mask(message: Message) -> None:
    """Masks each sensitive field of `message`, and of the messages within it."""
    masks = masks_of(message.DESCRIPTOR)
    if masks:
        _mask(message, masks)


def masked(text: str, how: int) -> str:
    """138****5678; a text too short to hide anything is hidden whole."""
    first, last = _SHOWN[how]
    hidden = len(text) - first - last
    if hidden < _HIDDEN_AT_LEAST:
        return "*" * len(text)
    return text[:first] + "*" * hidden + text[-last:]


def _mask(message: Any, masks: dict[str, Any]) -> None:
    for name, how in masks.items():
        if isinstance(how, int):
            setattr(message, name, masked(getattr(message, name), how))
        elif message.DESCRIPTOR.fields_by_name[name].is_repeated:
            for each in getattr(message, name):
                _mask(each, how)
        elif message.HasField(name):
            _mask(getattr(message, name), how)
