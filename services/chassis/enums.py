"""Values of enums: numbers in the contract, plain words in the code, labels for people.

The plain word of a value is the tail of its name in lower case (`PROPERTY_KIND_OFFICE` → `office`);
that of an unspecified one is None.
"""

from __future__ import annotations

import re
from functools import cache

from google.protobuf.descriptor import EnumDescriptor

from chassis.contract import label_of_value


@cache
def words_of(descriptor: EnumDescriptor) -> dict[int, str | None]:
    """Number → plain word of each value."""
    prefix = _prefix(descriptor)
    return {
        value.number: value.name.removeprefix(prefix).lower() if value.number else None
        for value in descriptor.values
    }


@cache
def numbers_of(descriptor: EnumDescriptor) -> dict[str | None, int]:
    """Plain word → number of each value."""
    return {word: number for number, word in words_of(descriptor).items()}


def label_of_word(descriptor: EnumDescriptor, word: str) -> str:
    """What people call a value, by its plain word."""
    return label_of_value(descriptor, numbers_of(descriptor)[word])


def labels_of(descriptor: EnumDescriptor) -> dict[str, str]:
    """Plain word → what people call it, of every value."""
    return {word: label_of_word(descriptor, word) for word in numbers_of(descriptor) if word}


def _prefix(descriptor: EnumDescriptor) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", descriptor.name).upper() + "_"
