"""Real processes for tests: services and gateway over a virtual host of their own."""

from __future__ import annotations

import base64
import itertools
import json
import os
import urllib.request
import uuid
from typing import Any
from urllib.parse import quote

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2
from prometheus_client.parser import text_string_to_metric_families

from chassis.contract import Method, contract_of, methods_of
from chassis.status import reason_of, violations_of
from cli.platform import Platform
from cli.process import Process
from cli.servers import RabbitMQ
from guanjia.approvals.v1 import approvals_pb2
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.warehouse.v1 import intakes_pb2

METHODS: dict[str, Method] = {
    method.routing_key: method
    for name in ("approvals", "audit", "directory", "housing", "norms", "warehouse")
    for method in methods_of(contract_of(name)).values()
}


def fresh_vhost(rabbitmq: RabbitMQ) -> str:
    """The URL of a new, empty virtual host."""
    name = uuid.uuid4().hex[:12]
    management(rabbitmq, f"vhosts/{name}", "PUT", b"{}")
    return f"{rabbitmq.url.rsplit('/', 2)[0]}/{name}"


def management(rabbitmq: RabbitMQ, path: str, method: str = "GET", body: bytes = b"") -> bytes:
    """An answer of the broker's management interface."""
    request = urllib.request.Request(
        f"{rabbitmq.management_url}/api/{path}", data=body or None, method=method
    )
    request.add_header("Authorization", "Basic " + base64.b64encode(b"guest:guest").decode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
    return content


class Refusal(Exception):
    """A call that came back with an error."""

    def __init__(self, error: grpc.RpcError) -> None:
        self.code: grpc.StatusCode = error.code()
        self.status = status_pb2.Status()
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                self.status.ParseFromString(value)
        self.reason = reason_of(self.status)
        self.fields = [each.field for each in violations_of(self.status)]
        super().__init__(f"{self.code.name} {self.reason} {self.fields} {error.details()}")


class Caller:
    """A client of the gateway."""

    def __init__(self, address: str) -> None:
        options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
        self.channel = grpc.insecure_channel(address, options)
        self._run = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._ids = itertools.count(1)

    def call(
        self,
        name: str,
        /,
        user: str = "clerk",
        timeout: float = 10,
        rights: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Any:
        """The reply to `housing.create_property`; a command gets a request_id. Raises Refusal.

        `rights` narrow what the user may do (see gateway.identity.development).
        """
        method = METHODS[name]
        if method.is_command:
            fields.setdefault("request_id", f"{self._run}-{next(self._ids)}")
        return self.send(method, method.request(**fields), user, timeout, rights)

    def send(
        self,
        method: Method,
        request: Message,
        user: str = "clerk",
        timeout: float = 10,
        rights: dict[str, Any] | None = None,
    ) -> Any:
        stub = self.channel.unary_unary(
            method.path,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=method.response.FromString,
        )
        metadata = [("guanjia-user", quote(user))]
        if rights:
            metadata.append(("guanjia-rights", quote(json.dumps(rights))))
        try:
            return stub(request, timeout=timeout, metadata=metadata)
        except grpc.RpcError as error:
            raise Refusal(error) from None

    def close(self) -> None:
        self.channel.close()


def metric(process: Process, name: str, **labels: str) -> float:
    """The sum of a metric's samples that carry `labels`; 0 if there is none."""
    _, text = process.get("/metrics")
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def a_property(code: str, /, **given: Any) -> pp.Property:
    """A property that is accepted."""
    return pp.Property(
        **{
            "code": code,
            "name": "综合办公楼",
            "kind": pp.PROPERTY_KIND_OFFICE,
            "address": "云澜市府前路 1 号",
            "region_code": "990101",
            "floors": 6,
            "floor_area_m2": 1200.5,
            "usable_area_m2": 800,
            "book_value_fen": 860_000_000,
            "use_state": pp.USE_STATE_IN_USE,
            "account_state": pp.ACCOUNT_STATE_BOOKED,
            "title_state": pp.TITLE_STATE_REGISTERED,
            **given,
        }
    )


def some_assets(number: int, series: str = "ZC") -> list[asset_pb2.Asset]:
    """Furniture that is accepted."""
    return [
        asset_pb2.Asset(
            asset_code=f"{series}-{each:04}",
            name="办公桌",
            class_code="A05010201",
            acquired_on="2019-03-01",
            original_value_fen=150_000,
            condition=asset_pb2.CONDITION_GOOD,
        )
        for each in range(1, number + 1)
    ]


def approved_disposal(caller: Caller, assets: int, series: str = "ZC") -> dp.Disposal:
    """A disposal of movable assets, created, submitted and approved; as it was submitted."""
    draft = caller.call(
        "housing.create_disposal", reason="机构改革腾退", assets=some_assets(assets, series)
    )
    asked: dp.Disposal = caller.call("housing.submit_disposal", disposal_id=draft.id)
    approve(caller, asked)
    return asked


def approve(caller: Caller, asked: dp.Disposal, user: str = "approver", **given: Any) -> None:
    """Lets `user` consent to a submitted disposal; `given` are fields of DecideApproval."""
    caller.call(
        "approvals.decide_approval",
        user=user,
        service="housing",
        approval_id=asked.approval_id,
        **{"decision": approvals_pb2.DECISION_APPROVE, **given},
    )


def intakes_of(caller: Caller, disposal_id: str) -> list[intakes_pb2.Intake]:
    """Every intake the warehouse has drafted from a disposal."""
    return list(
        caller.call("warehouse.list_intakes", document_id=disposal_id, page_size=500).intakes
    )


__all__ = ["Caller", "Platform", "Process", "Refusal"]
