"""The contract as the router sees it, read from the protobuf descriptors."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from guanjia.approvals.v1 import approvals_pb2
from guanjia.audit.v1 import audit_pb2
from guanjia.norms.v1 import norms_pb2
from guanjia.policy.v1 import policy_pb2

SHARED = (approvals_pb2, audit_pb2, norms_pb2)
"""Contracts that every service answers."""

DEFAULT_DEADLINE_MS = 5_000
MAX_DEADLINE_MS = 30_000


class ContractMismatch(RuntimeError):
    """Contract and code disagree; the process must not start."""


@dataclass(frozen=True, slots=True)
class Method:
    """One call of a contract.

    `routing` is `own` (its service answers), `named` (the service that the request
    names) or `every` (each service). `sheet` names the message whose fields are the
    columns of an import.
    """

    service: str  # housing; of a shared call, the service that answers it
    name: str  # SubmitDisposal
    path: str  # /guanjia.housing.v1.DisposalService/SubmitDisposal
    request: type[Message]
    response: type[Message]
    permission: str
    is_command: bool
    deadline_ms: int
    routing: str = "own"
    reveals: bool = False
    sheet: str = ""

    @property
    def key(self) -> str:
        """Its name in Python and on the bus: submit_disposal."""
        return snake(self.name)

    @property
    def routing_key(self) -> str:
        return f"{self.service}.{self.key}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One kind of fact a service publishes."""

    service: str  # housing
    name: str  # DisposalApproved
    message: type[Message]
    type: str  # guanjia.housing.v1.DisposalApproved
    label: str
    shape: str = ""  # guanjia.asset.v1.AssetsReleased; empty if it has none

    @property
    def key(self) -> str:
        """Routing key on the exchange of its service: disposal_approved."""
        return snake(self.name)

    @property
    def exchange(self) -> str:
        return f"{self.service}.events"


def snake(name: str) -> str:
    """SubmitDisposal → submit_disposal."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def service_of(package: str) -> str:
    """guanjia.housing.v1 → housing."""
    return package.split(".")[1]


def contract_of(service: str) -> ModuleType:
    """The package with the generated modules of a service."""
    try:
        return importlib.import_module(f"guanjia.{service}.v1")
    except ModuleNotFoundError:
        raise ContractMismatch(f"没有 {service} 的接口约定 | no contract for {service}") from None


def methods_of(contract: ModuleType) -> dict[str, Method]:
    """The calls of a contract, by key: a generated module, or a package of them.

    Refuses a method without a policy, and a name that stands for two.
    """
    found: dict[str, Method] = {}
    for module in _modules(contract):
        for service in module.DESCRIPTOR.services_by_name.values():
            for descriptor in service.methods:
                method = _method(descriptor)
                if method.key in found:
                    raise ContractMismatch(f"{method.path} and {found[method.key].path} are one")
                found[method.key] = method
    return found


def shared_methods(service: str = "") -> dict[str, Method]:
    """The calls every service answers, by key, as `service` answers them."""
    found = {key: each for shared in SHARED for key, each in methods_of(shared).items()}
    return {key: replace(each, service=service) for key, each in found.items()}


def facts_of(contract: ModuleType) -> dict[str, Fact]:
    """The facts of a contract, by key."""
    found = [
        fact_of(message_factory.GetMessageClass(descriptor))
        for descriptor in messages_of(contract)
        if is_fact(descriptor)
    ]
    return {fact.key: fact for fact in found}


def messages_of(contract: ModuleType) -> Iterator[Descriptor]:
    """The messages of a contract: a generated module, or a package of them."""
    for module in _modules(contract):
        yield from module.DESCRIPTOR.message_types_by_name.values()


def _modules(contract: ModuleType) -> Iterator[ModuleType]:
    if not hasattr(contract, "__path__"):
        yield contract
        return
    for each in pkgutil.iter_modules(contract.__path__, f"{contract.__name__}."):
        if each.name.endswith("_pb2"):
            yield importlib.import_module(each.name)


def is_fact(descriptor: Any) -> bool:
    """Whether a message (its Descriptor) is marked as a fact."""
    return bool(descriptor.GetOptions().HasExtension(policy_pb2.fact))


def fact_of(message: type[Message]) -> Fact:
    """The fact a message class is. Refuses a message that is not marked as one."""
    known = _facts.get(message)
    if known is None:
        known = _facts[message] = _read_fact(message)
    return known


_facts: dict[Any, Fact] = {}


def _read_fact(message: type[Message]) -> Fact:
    descriptor = message.DESCRIPTOR
    if not is_fact(descriptor):
        raise ContractMismatch(f"{descriptor.full_name} is not marked as a fact")
    if masks_of(descriptor):
        raise ContractMismatch(f"{descriptor.full_name} is a fact and has sensitive fields")
    policy = descriptor.GetOptions().Extensions[policy_pb2.fact]
    return Fact(
        service=service_of(descriptor.file.package),
        name=descriptor.name,
        type=descriptor.full_name,
        message=message,
        label=policy.label,
        shape=policy.shape,
    )


def label_of(field: FieldDescriptor) -> str:
    """What people call a field; its name where the contract does not say."""
    return field.GetOptions().Extensions[policy_pb2.label] or field.name


def heading_of(field: FieldDescriptor) -> str:
    """The heading of a field's column; money goes by yuan there, though it travels as fen."""
    label = label_of(field)
    return label.replace("（分）", "（元）") if is_money(field) else label


def is_money(field: FieldDescriptor) -> bool:
    return field.name.endswith("_fen")


def value_label_of(value: Any) -> str:
    """What people call an enum value (an EnumValueDescriptor)."""
    return str(value.GetOptions().Extensions[policy_pb2.value_label] or value.name)


def label_of_value(descriptor: EnumDescriptor, number: int) -> str:
    """What people call the value with this number."""
    return value_label_of(descriptor.values_by_number[number])


def labels_of(descriptor: Descriptor) -> dict[str, str]:
    """Field name → what people call it."""
    return {field.name: label_of(field) for field in descriptor.fields}


_ROUTINGS = {
    policy_pb2.ROUTING_UNSPECIFIED: "own",
    policy_pb2.ROUTING_NAMED: "named",
    policy_pb2.ROUTING_EVERY: "every",
}


@cache
def masks_of(descriptor: Descriptor) -> dict[str, Any]:
    """Where a message, or one within it, has sensitive fields: name → how it is masked, or
    the same for the message it holds. Empty if it has none."""
    return _masks(descriptor, ())


def _masks(descriptor: Descriptor, above: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if descriptor.full_name in above:
        return found
    for field in descriptor.fields:
        mask = field.GetOptions().Extensions[policy_pb2.mask]
        if mask and (field.type != FieldDescriptor.TYPE_STRING or field.is_repeated):
            raise ContractMismatch(f"{field.full_name}: only a single text can be masked")
        if mask:
            found[field.name] = mask
        elif field.message_type is not None:
            inner = _masks(field.message_type, (*above, descriptor.full_name))
            if inner:
                found[field.name] = inner
    return found


def _method(descriptor: MethodDescriptor) -> Method:
    path = f"/{descriptor.containing_service.full_name}/{descriptor.name}"
    options = descriptor.GetOptions()
    if not options.HasExtension(policy_pb2.method):
        raise ContractMismatch(f"{path} has no policy")
    policy = options.Extensions[policy_pb2.method]
    if not policy.permission or policy.kind == policy_pb2.METHOD_KIND_UNSPECIFIED:
        raise ContractMismatch(f"{path}: policy needs a permission and a kind")
    is_command = policy.kind == policy_pb2.METHOD_KIND_COMMAND
    if is_command and policy.reveals:
        raise ContractMismatch(f"{path}: a command's reply is kept, so it may reveal nothing")
    request_id = descriptor.input_type.fields_by_name.get("request_id")
    if is_command and (request_id is None or request_id.type != FieldDescriptor.TYPE_STRING):
        raise ContractMismatch(f"{path} is a command whose request has no request_id (a string)")
    return Method(
        service=service_of(descriptor.containing_service.file.package),
        name=descriptor.name,
        path=path,
        request=message_factory.GetMessageClass(descriptor.input_type),
        response=message_factory.GetMessageClass(descriptor.output_type),
        permission=policy.permission,
        is_command=is_command,
        deadline_ms=min(policy.deadline_ms or DEFAULT_DEADLINE_MS, MAX_DEADLINE_MS),
        routing=_ROUTINGS[policy.routing],
        reveals=policy.reveals,
        sheet=policy.sheet,
    )
