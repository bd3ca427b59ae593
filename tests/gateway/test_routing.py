"""Which service answers a shared call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chassis.contract import Method, shared_methods
from chassis.errors import (
    DeadlineExceeded,
    DomainError,
    Internal,
    InvalidInput,
    Unimplemented,
    unavailable,
)
from gateway.bus import Refused
from gateway.routing import route
from gateway.server import contracts
from guanjia.approvals.v1 import approvals_pb2 as pb
from tests.gateway.fake_bus import FakeBus, told

SERVICES = ("housing", "warehouse", "canteen")


def ask(bus: FakeBus, key: str, body: bytes) -> bytes:
    method: Method = shared_methods()[key]
    send = route(method, SERVICES, bus)  # type: ignore[arg-type]
    return asyncio.run(send(body, 10, "ticket", "trace"))


def test_shared_contracts_are_offered_with_any_service_and_none_without() -> None:
    names = {
        "guanjia.approvals.v1.ApprovalsService",
        "guanjia.audit.v1.AuditService",
        "guanjia.norms.v1.NormsService",
    }
    housing = {"guanjia.housing.v1.PropertyService", "guanjia.housing.v1.DisposalService"}
    offered = set(contracts(["housing"]))
    assert offered >= names | housing
    assert all(each.startswith("guanjia.housing.") for each in offered - names)
    assert contracts([]) == {}


def test_a_call_goes_to_the_service_it_names_with_its_bytes_untouched() -> None:
    bus = FakeBus({"warehouse.get_approval": pb.Approval(id="a1")})
    request = pb.GetApprovalRequest(service="warehouse", approval_id="a1")
    unknown_field = b"\xfa\x01\x02xx"
    body = request.SerializeToString() + unknown_field
    assert pb.Approval.FromString(ask(bus, "get_approval", body)).id == "a1"
    assert bus.calls == [("warehouse.get_approval", body, 10, "ticket")]


@pytest.mark.parametrize("named", ["", "directory", "gateway", "housing.events", "#", "HOUSING"])
def test_a_service_that_is_not_offered_is_refused(named: str) -> None:
    bus = FakeBus()
    with pytest.raises(InvalidInput) as refused:
        ask(bus, "get_approval", pb.GetApprovalRequest(service=named).SerializeToString())
    assert refused.value.reason == "UNKNOWN_SERVICE"
    assert [each.field for each in refused.value.violations] == ["service"]
    assert bus.calls == []


def test_a_body_that_is_no_request_is_refused() -> None:
    with pytest.raises(InvalidInput, match="MALFORMED"):
        ask(FakeBus(), "get_approval", b"\xff\xff")


def pending(bus: FakeBus) -> pb.ListMyPendingApprovalsResponse:
    return pb.ListMyPendingApprovalsResponse.FromString(ask(bus, "list_my_pending_approvals", b""))


def everywhere(**answers: Any) -> FakeBus:
    return FakeBus(
        {f"{service}.list_my_pending_approvals": each for service, each in answers.items()}
    )


def one(id: str) -> pb.ListMyPendingApprovalsResponse:
    return pb.ListMyPendingApprovalsResponse(approvals=[pb.Approval(id=id)])


def test_every_service_is_asked_and_their_answers_are_one() -> None:
    found = pending(everywhere(housing=one("h"), warehouse=one("w"), canteen=one("c")))
    assert [each.id for each in found.approvals] == ["h", "w", "c"]
    assert not found.missing_services


@pytest.mark.parametrize(
    "error",
    [
        unavailable(),
        DeadlineExceeded("DEADLINE_EXCEEDED", "超时", "late"),
        told(Unimplemented("NO_SUCH_CALL", "无", "none")),
        told(unavailable()),
        told(Internal.fault("x")),
    ],
    ids=str,
)
def test_services_that_do_not_answer_are_named_beside_the_answers_of_others(
    error: Exception,
) -> None:
    found = pending(everywhere(housing=one("h"), warehouse=error, canteen=error))
    assert [each.id for each in found.approvals] == ["h"]
    assert sorted(found.missing_services) == ["canteen", "warehouse"]


def test_where_none_answers_the_first_error_is_told() -> None:
    late = DeadlineExceeded("DEADLINE_EXCEEDED", "超时", "late")
    with pytest.raises(DomainError) as refused:
        pending(everywhere(housing=late, warehouse=unavailable(), canteen=unavailable()))
    assert refused.value is late


def test_an_error_of_the_request_is_told_though_others_answered() -> None:
    bad = told(InvalidInput.field("page_size", "OUT_OF_RANGE", "误", "wrong"))
    with pytest.raises(Refused):
        pending(everywhere(housing=one("h"), warehouse=bad, canteen=one("c")))


def test_a_service_that_hangs_leaves_time_to_answer_without_it() -> None:
    bus = everywhere(housing=one("h"), warehouse=one("w"), canteen=one("c"))
    pending(bus)
    assert all(timeout_s < 9 for _, _, timeout_s, _ in bus.calls)
