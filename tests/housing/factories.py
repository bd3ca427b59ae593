"""Properties and disposals for tests: good ones, with what a test changes."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from chassis.principal import Principal
from chassis.testing import Harness
from cli.sample.city import units
from housing.disposals.lines import Condition
from housing.disposals.model import Disposal, DisposalState
from housing.properties.model import (
    AccountState,
    Property,
    PropertyKind,
    TitleState,
    UseState,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
USCC = units()[0]["uscc"]

_numbers = itertools.count(1)


def property_fields(**changes: Any) -> dict[str, Any]:
    """A Property message's fields, as CreateProperty takes them; a code of its own."""
    return {
        "code": f"YL-{next(_numbers):05}",
        "name": "云澜市财政局办公楼",
        "kind": "PROPERTY_KIND_OFFICE",
        "address": "云澜市政通路12号",
        "region_code": "990101",
        "floors": 6,
        "floor_area_m2": 2400.5,
        "usable_area_m2": 1600.25,
        "book_value_fen": 860_000_000,
        "use_state": "USE_STATE_IN_USE",
        "account_state": "ACCOUNT_STATE_BOOKED",
        "title_state": "TITLE_STATE_REGISTERED",
        "title_number": "澜（2018）云澜市不动产权第0000001号",
        "unit_name": "云澜市财政局",
        "unit_uscc": USCC,
        "built_year": 1998,
    } | changes


def property_object(**changes: Any) -> Property:
    values = {
        "code": f"YL-{next(_numbers):05}",
        "name": "办公楼",
        "kind": PropertyKind.OFFICE,
        "address": "政通路12号",
        "region_code": "990101",
        "floors": 6,
        "floor_area_m2": Decimal("2400.50"),
        "usable_area_m2": Decimal("1600.25"),
        "book_value_fen": 860_000_000,
        "use_state": UseState.IN_USE,
        "account_state": AccountState.BOOKED,
        "title_state": TitleState.REGISTERED,
        "title_number": "",
        "unit_name": "",
        "unit_uscc": "",
        "unit_id": "",
        "built_year": 1998,
    }
    return Property(**values | changes)


def asset_fields(**changes: Any) -> dict[str, Any]:
    """An Asset message's fields; a code of its own."""
    return {
        "asset_code": f"ZC-{next(_numbers):06}",
        "name": "办公桌",
        "class_code": "A05010201",
        "acquired_on": "2019-03-01",
        "original_value_fen": 180_000,
        "condition": "CONDITION_GOOD",
    } | changes


def assets(count: int) -> list[dict[str, Any]]:
    return [asset_fields() for _ in range(count)]


def disposal_object(lines: int = 2, state: DisposalState = DisposalState.DRAFT) -> Disposal:
    """A disposal with planned lines, brought to `state` by legal moves as far as approved."""
    made = Disposal(
        code="CZ-2026-000001",
        state=DisposalState.DRAFT,
        reason="搬迁",
        requested_by="zhang",
        region_code="990101",
        unit_id="",
        unit_name="",
        income_fen=0,
        updated_at=NOW,
    )
    for number in range(lines):
        made.add_line(
            asset_code=f"ZC-{number}",
            name="办公桌",
            class_code="",
            acquired_on=date(2019, 3, 1),
            original_value_fen=180_000,
            condition=Condition.GOOD,
        )
    if state is not DisposalState.DRAFT:
        made.submit()
    if state is DisposalState.APPROVED:
        made.approve(by="li", at=NOW, note="同意")
    return made


def create_property(
    housing: Harness, *, user: str | Principal = "clerk", request_id: str = "", **changes: Any
) -> Any:
    more = {"request_id": request_id} if request_id else {}
    return housing.call("create_property", user=user, property=property_fields(**changes), **more)


def create_disposal(housing: Harness, *, user: str | Principal = "clerk", **changes: Any) -> Any:
    """A draft with two assets, unless said otherwise."""
    fields = {"reason": "搬迁", "assets": assets(2)} | changes
    return housing.call("create_disposal", user=user, **fields)


def submitted_disposal(housing: Harness, **changes: Any) -> Any:
    created = create_disposal(housing, **changes)
    return housing.call("submit_disposal", disposal_id=created.id)


def approved_disposal(housing: Harness, **changes: Any) -> Any:
    return decide(housing, submitted_disposal(housing, **changes).id)


def decide(
    housing: Harness,
    disposal_id: str,
    decision: str = "DECISION_APPROVE",
    *,
    user: str | Principal = "chief",
    note: str = "",
) -> Any:
    """The disposal once `user` has decided; rejected or returned ones need a note."""
    approval_id = housing.call("get_disposal", disposal_id=disposal_id).approval_id
    request = {"approval_id": approval_id, "decision": decision, "note": note}
    housing.call("decide_approval", user=user, **request)
    return housing.call("get_disposal", disposal_id=disposal_id)
