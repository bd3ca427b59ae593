"""How a function becomes a call of the contract or a reaction to a fact.

The decorators only mark; the function itself stays as written and testable. Its
name is the contract's method in lower case: `submit_disposal` for
`SubmitDisposal`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, TypeVar

from google.protobuf.message import Message

from chassis.contract import Fact
from chassis.schemas import RequestSchema
from chassis.shapes import facts_answered

_MARK = "__guanjia__"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class UseCase:
    """A function that answers one call."""

    name: str
    function: Callable[..., Any]
    is_command: bool
    schema: RequestSchema | None


@dataclass(frozen=True)
class Reaction:
    """A function that answers a foreign fact, or all facts of one shape.

    `message` is what it is given: the fact, or the shape it has.
    """

    name: str
    function: Callable[..., None]
    message: type[Message]

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """What it subscribes to; raises ContractMismatch if there is no such thing."""
        return facts_answered(self.message)


@dataclass(frozen=True)
class Step:
    """One consent a document needs. Steps of one turn are decided together (会签), turns
    one after the other; `workdays` is 0 for no deadline."""

    role: str
    turn: int = 1
    escalation_role: str = ""
    workdays: int = 0


@dataclass(frozen=True)
class Consent:
    """A function that learns how a request for consent ended."""

    name: str
    kind: str
    label: str
    default: tuple[Step, ...]
    function: Callable[..., None]


def command(schema: RequestSchema | None = None) -> Callable[[F], F]:
    """Marks `function(uow: UnitOfWork, request: Values) -> object` as a command."""
    return _use_case(schema, is_command=True)


def query(schema: RequestSchema | None = None) -> Callable[[F], F]:
    """Marks `function(reader: Reader, request: Values) -> object` as a query."""
    return _use_case(schema, is_command=False)


def reaction(message: type[Message]) -> Callable[[F], F]:
    """Marks `function(uow: UnitOfWork, fact)` as the reaction to facts of this type, or to
    the facts of this shape, whoever publishes them."""

    def decorate(function: F) -> F:
        return mark(function, Reaction(function.__name__, function, message))

    return decorate


def mark(function: F, as_what: UseCase | Reaction | Consent) -> F:
    """Lets the service find a function; it stays as written."""
    setattr(function, _MARK, as_what)
    return function


def marked_in(module: ModuleType) -> list[UseCase | Reaction | Consent]:
    """What is marked in a module, in the order it is written; not what it imports."""
    own = (value for value in vars(module).values() if _module_of(value) == module.__name__)
    found = (getattr(value, _MARK, None) for value in own)
    return [each for each in found if each is not None]


def _module_of(value: object) -> str:
    return getattr(value, "__module__", "") if callable(value) else ""


def _use_case(schema: RequestSchema | None, *, is_command: bool) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        return mark(function, UseCase(function.__name__, function, is_command, schema))

    return decorate
