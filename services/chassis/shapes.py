"""Facts of a shared shape: who reacts to the shape need not know who publishes them.

A fact of any contract may say (`shape` in guanjia.policy.v1) that it has the fields of a
message of a shared contract. What travels stays the fact, under its own type.
"""

from __future__ import annotations

import pkgutil
import re
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

import guanjia
from chassis.contract import (
    ContractMismatch,
    Fact,
    contract_of,
    fact_of,
    facts_of,
    is_fact,
    messages_of,
)

_CONTRACT = re.compile(r"guanjia\.(\w+)\.v1\.\w+")


def facts_answered(message: type[Message]) -> tuple[Fact, ...]:
    """What a reaction to `message` answers: this fact, or the facts of this shape.

    Raises ContractMismatch for a message that is neither, and for a fact that only says
    it has the shape.
    """
    if is_fact(message.DESCRIPTOR):
        return (fact_of(message),)
    found = facts_shaped(message)
    if not found:
        name = message.DESCRIPTOR.full_name
        raise ContractMismatch(f"{name} is neither a fact nor the shape of one")
    for each in found:
        require_shape(each)
    return found


def facts_shaped(message: type[Message]) -> tuple[Fact, ...]:
    """The facts that say they have the shape of `message`, of every contract there is."""
    shape = message.DESCRIPTOR.full_name
    contracts = (contract_of(each.name) for each in pkgutil.iter_modules(guanjia.__path__))
    return tuple(
        fact for each in contracts for fact in facts_of(each).values() if fact.shape == shape
    )


def require_shape(fact: Fact) -> None:
    """Refuses a fact that has not the fields of what it names as its shape."""
    if not fact.shape:
        return
    claim = f"{fact.type} says it has the shape of {fact.shape}"
    shape = _message(fact.shape)
    if shape is None:
        raise ContractMismatch(f"{claim}, which no contract has")
    if is_fact(shape):
        raise ContractMismatch(f"{claim}, which is itself a fact")
    own = {field.name: _kind(field) for field in fact.message.DESCRIPTOR.fields}
    differing = [field.name for field in shape.fields if own.get(field.name) != _kind(field)]
    if differing:
        raise ContractMismatch(f"{claim}, but differs in: {', '.join(differing)}")


def _message(name: str) -> Descriptor | None:
    package = _CONTRACT.fullmatch(name)
    among = messages_of(contract_of(package[1])) if package else ()
    return next((each for each in among if each.full_name == name), None)


def _kind(field: Any) -> tuple[object, ...]:
    """What two fields (FieldDescriptor) share if one is read as the other from JSON."""
    held = field.message_type or field.enum_type
    return field.type, field.is_repeated, field.has_presence, held.full_name if held else ""
