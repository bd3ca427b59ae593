"""Every call of every contract, by the name people type: housing.GetProperty."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from typing import cast

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

import guanjia
from chassis.contract import Method, contract_of, methods_of


class UnknownName(LookupError):
    """Nothing goes by that name; `close` are the names that come near."""

    def __init__(self, what_zh: str, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.what_zh = what_zh
        self.name = name
        by_folded = {each.casefold(): each for each in known}
        near = get_close_matches(name.casefold(), by_folded, n=4, cutoff=0.5)
        self.close = [by_folded[each] for each in near]


@cache
def methods() -> dict[str, Method]:
    """`housing.GetProperty` → the call, in the order of the contracts."""
    found: dict[str, Method] = {}
    for package in sorted(each.name for each in pkgutil.iter_modules(guanjia.__path__)):
        for method in methods_of(contract_of(package)).values():
            found[f"{method.service}.{method.name}"] = method
    return found


def method(name: str) -> Method:
    """The call of that name; `housing.get_property` will do as well."""
    known = methods()
    if name in known:
        return known[name]
    for each in known.values():
        if each.routing_key == name:
            return each
    raise UnknownName("接口", name, known)


def descriptor_of(message: Message | type[Message]) -> Descriptor:
    """Its descriptor; the type stubs know two classes of that name."""
    return cast(Descriptor, message.DESCRIPTOR)


def services() -> list[str]:
    """The services that have a contract."""
    return list(dict.fromkeys(each.service for each in methods().values()))


def domains() -> list[str]:
    """The services that have data of their own: not the contracts that all of them answer."""
    own = (each.service for each in methods().values() if each.routing == "own")
    return list(dict.fromkeys(own))


def methods_of_service(service: str) -> dict[str, Method]:
    """The calls of one service; of all of them where `service` is empty."""
    if service and service not in services():
        raise UnknownName("服务", service, services())
    return {name: each for name, each in methods().items() if service in ("", each.service)}
