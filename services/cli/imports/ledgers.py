"""The ledgers (台账) that can be imported: every call of the contract that names its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FieldDescriptor

from chassis.contract import Method, heading_of
from cli import catalogue
from cli.arguments import WrongArgument
from cli.catalogue import UnknownName

_IMPORT = "import_"


@dataclass(frozen=True)
class Ledger:
    """A call that takes rows, and the columns of these."""

    # As in the name of the method: properties.
    noun: str
    method: Method
    columns: tuple[FieldDescriptor, ...]

    @property
    def name(self) -> str:
        """housing.properties"""
        return f"{self.method.service}.{self.noun}"

    @property
    def headings(self) -> tuple[str, ...]:
        """The labels of the contract, money in yuan."""
        return tuple(map(heading_of, self.columns))


@cache
def all_ledgers() -> dict[str, Ledger]:
    """`housing.properties` → the ledger, in the order of the contracts."""
    found = (_ledger(method) for method in catalogue.methods().values() if method.sheet)
    return {each.name: each for each in found}


def ledger(name: str, among: Mapping[str, Ledger] | None = None) -> Ledger:
    """The ledger of that noun; its service in front tells two of one noun apart.

    Raises UnknownName, or WrongArgument where the noun alone is not enough.
    """
    sought = name.casefold().replace("-", "_")
    known = among or all_ledgers()
    if sought in known:
        return known[sought]
    found = [each for each in known.values() if each.noun == sought]
    if not found:
        raise UnknownName("台账", name, [*(each.noun for each in known.values()), *known])
    if len(found) > 1:
        names = "、".join(each.name for each in found)
        raise WrongArgument(f"“{name}”台账有几种，请写明：{names}", f"say which {name}")
    return found[0]


def _ledger(method: Method) -> Ledger:
    row = descriptor_pool.Default().FindMessageTypeByName(method.sheet)
    return Ledger(method.key.removeprefix(_IMPORT), method, tuple(row.fields))
