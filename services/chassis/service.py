"""A service: its name, its contract, and the nouns it is made of.

Made once in `<service>/service.py`. Contract and code must agree: a method
without a use case, a use case without a method, or one whose kind differs,
refuses the start with a list of all that disagrees.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from chassis import approvals, audit, copies, norms
from chassis.contract import (
    ContractMismatch,
    Fact,
    Method,
    facts_of,
    methods_of,
    shared_methods,
)
from chassis.measures import Measure
from chassis.norms import Norms
from chassis.shapes import require_shape
from chassis.storage.columns import Base
from chassis.usecases import Consent, Reaction, UseCase, marked_in

EVERY = (approvals, audit, copies, norms)
"""Nouns that every service has."""


@dataclass
class Service:
    """The composition root of one service.

    title     what people call its domain
    contract  package of generated modules (or one such module): its calls and facts
    nouns     packages that may hold `usecases`, `reactions` and `norms`
    signs     whether it issues signed documents, and so needs a key
    measures  figures of the business it shows to Prometheus
    """

    name: str
    contract: ModuleType
    nouns: tuple[ModuleType, ...]
    title: str = ""
    signs: bool = False
    measures: tuple[Measure, ...] = ()
    methods: dict[str, Method] = field(init=False)
    facts: dict[str, Fact] = field(init=False)
    use_cases: dict[str, UseCase] = field(init=False)
    reactions: dict[str, Reaction] = field(init=False)
    consents: dict[str, Consent] = field(init=False)
    norms: dict[str, Norms] = field(init=False)

    def __post_init__(self) -> None:
        self.methods = {**methods_of(self.contract), **shared_methods(self.name)}
        self.facts = facts_of(self.contract)
        marked = list(self._marked())
        self.use_cases = {each.name: each for each in marked if isinstance(each, UseCase)}
        self.reactions = {each.name: each for each in marked if isinstance(each, Reaction)}
        self.consents = {each.kind: each for each in marked if isinstance(each, Consent)}
        self.norms = {each.kind: each for each in self._norms()}
        problems = list(self._disagreements(marked))
        if problems:
            told = "\n  ".join(problems)
            raise ContractMismatch(f"{self.name}: contract and code disagree:\n  {told}")

    @property
    def rpc_queue(self) -> str:
        """nameko's name for it, so that stock nameko clients reach it."""
        return f"rpc-{self.name}"

    @property
    def parking_queue(self) -> str:
        return f"{self.name}.parked"

    def consumer_of(self, reaction: Reaction) -> str:
        """The name under which a reaction is known in inbox, audit and logs."""
        return f"{self.name}.{reaction.name}"

    def queue_of(self, reaction: Reaction, fact: Fact) -> str:
        """Its queue for this fact, named as nameko names the queue of an event handler."""
        return f"evt-{fact.service}-{fact.key}--{self.consumer_of(reaction)}"

    @property
    def models(self) -> list[Any]:
        """Its own models, and those of the nouns every service has."""
        own = (self.name, "chassis")
        kinds = [each.class_ for each in Base.registry.mappers]
        return [kind for kind in kinds if kind.__module__.partition(".")[0] in own]

    def _marked(self) -> Iterator[UseCase | Reaction | Consent]:
        for noun in (*self.nouns, *EVERY):
            for part in ("usecases", "reactions"):
                name = f"{noun.__name__}.{part}"
                if importlib.util.find_spec(name) is not None:
                    found = marked_in(importlib.import_module(name))
                    yield from (each for each in found if not self._is_own_fact(each))

    def _norms(self) -> Iterator[Norms]:
        for noun in self.nouns:
            name = f"{noun.__name__}.norms"
            if importlib.util.find_spec(name) is not None:
                found = vars(importlib.import_module(name)).values()
                yield from (each for each in found if isinstance(each, Norms))

    def _is_own_fact(self, marked: UseCase | Reaction | Consent) -> bool:
        """The one service whose facts all others copy keeps no copies of its own."""
        if not isinstance(marked, Reaction):
            return False
        module = marked.function.__module__
        return module.startswith("chassis.") and any(
            fact.service == self.name for fact in marked.facts
        )

    def _disagreements(self, marked: list[UseCase | Reaction | Consent]) -> Iterator[str]:
        names = [each.name for each in marked]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{name} is written twice"
        for key, method in self.methods.items():
            if method.service != self.name:
                yield f"{method.path} belongs to {method.service}"
            use_case = self.use_cases.get(key)
            if use_case is None:
                yield f"{method.path} has no use case {key}()"
            elif use_case.is_command != method.is_command:
                kind = "a command" if method.is_command else "a query"
                yield f"{method.path} is {kind}, but {key}() is not"
        for key in self.use_cases:
            if key not in self.methods:
                yield f"{key}() answers no method of the contract"
        for kind in self.models:
            if not hasattr(kind, "scoped"):
                yield f"{kind.__name__} does not say where its rows belong (`scoped`)"
        for fact in self.facts.values():
            try:
                require_shape(fact)
            except ContractMismatch as error:
                yield str(error)
        for reaction in self.reactions.values():
            try:
                _ = reaction.facts
            except ContractMismatch as error:
                yield f"{reaction.name}(): {error}"


def load(name: str) -> Service:
    """The service of that name: `service` in `<name>/service.py`."""
    try:
        module = importlib.import_module(f"{name}.service")
    except ModuleNotFoundError as error:
        if error.name in (name, f"{name}.service"):
            raise ContractMismatch(f"没有名为 {name} 的服务 | no service {name}") from None
        raise
    service: Service = module.service
    return service
