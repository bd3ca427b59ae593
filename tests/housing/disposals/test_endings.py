"""A disposal and the warehouse in every ending: accepted, rejected, partly accepted, overdue,
withdrawn. Facts are carried by hand; both services say the same in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.testing import Harness
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import events_pb2 as housing_events
from guanjia.warehouse.v1 import intakes_pb2 as wp
from tests.housing.disposals.test_crossing import Crossing
from tests.warehouse.factories import accept
from warehouse.service import service as warehouse_service

pytestmark = [pytest.mark.row("H14"), pytest.mark.row("W01")]

WAITING, ACCEPTED = dp.DISPOSAL_LINE_STATE_AWAITING_INTAKE, dp.DISPOSAL_LINE_STATE_ACCEPTED
REJECTED, WITHDRAWN = dp.DISPOSAL_LINE_STATE_REJECTED, dp.DISPOSAL_LINE_STATE_WITHDRAWN


@pytest.fixture
def chain(housing: Harness, harness_of: Callable[..., Harness]) -> Crossing:
    """Three assets of an approved disposal have arrived as intakes."""
    chain = Crossing(housing, harness_of(warehouse_service))
    chain.arrive("on_assets_released", housing_events.DisposalApproved)
    return chain


def reject(chain: Crossing, intake: Any) -> None:
    reason = "REJECTION_REASON_NOT_RECEIVED"
    chain.warehouse.call("reject_intake", intake_id=intake.id, reason=reason)


def shown(chain: Crossing) -> tuple[int, list[int]]:
    disposal = chain.housing.call("get_disposal", disposal_id=chain.disposal.id)
    return disposal.state, [line.state for line in disposal.lines]


def cards(chain: Crossing) -> set[str]:
    return {each.asset.asset_code for each in chain.warehouse.call("list_items").items}


def test_accepted_all_of_it_has_cards_and_the_disposal_can_be_completed(chain: Crossing) -> None:
    for each in chain.intakes():
        accept(chain.warehouse, each)
    chain.answer()
    assert shown(chain) == (dp.DISPOSAL_STATE_HANDING_OVER, [ACCEPTED] * 3)
    assert cards(chain) == {line.asset.asset_code for line in chain.disposal.lines}
    done = chain.housing.call("complete_disposal", disposal_id=chain.disposal.id, income_fen=1)
    assert done.state == dp.DISPOSAL_STATE_COMPLETED


def test_rejected_somebody_must_attend_to_it_and_no_card_is_made(chain: Crossing) -> None:
    for each in chain.intakes():
        reject(chain, each)
    chain.answer()
    assert shown(chain) == (dp.DISPOSAL_STATE_NEEDS_ATTENTION, [REJECTED] * 3)
    assert cards(chain) == set()


def test_partly_accepted_each_line_says_which(chain: Crossing) -> None:
    first, second, _ = chain.intakes()
    accept(chain.warehouse, first)
    reject(chain, second)
    chain.answer()
    assert shown(chain)[1] == [ACCEPTED, REJECTED, WAITING]
    assert cards(chain) == {first.asset.asset_code}


def test_overdue_it_is_told_until_the_warehouse_answers_after_all(chain: Crossing) -> None:
    chain.housing.clock.advance(days=31)
    late = chain.housing.call("list_disposals", overdue=True).disposals
    assert [each.id for each in late] == [chain.disposal.id]
    assert all(line.overdue for line in late[0].lines)
    for each in chain.intakes():
        accept(chain.warehouse, each)
    chain.answer()
    assert not chain.housing.call("list_disposals", overdue=True).disposals
    assert shown(chain)[1] == [ACCEPTED] * 3


def test_withdrawn_what_was_accepted_stays_and_the_rest_is_back(chain: Crossing) -> None:
    accept(chain.warehouse, chain.intakes()[0])
    chain.withdraw()
    chain.arrive("on_assets_reclaimed", housing_events.DisposalWithdrawn)
    chain.answer()
    assert shown(chain)[1] == [ACCEPTED, WITHDRAWN, WITHDRAWN]
    assert [each.state for each in chain.intakes()] == [
        wp.INTAKE_STATE_ACCEPTED,
        wp.INTAKE_STATE_CANCELLED,
        wp.INTAKE_STATE_CANCELLED,
    ]
    assert len(cards(chain)) == 1


def test_a_release_that_is_told_again_changes_nothing(chain: Crossing) -> None:
    for each in chain.intakes():
        accept(chain.warehouse, each)
    tables = ("intakes", "items", "movements")
    before = [chain.warehouse.count(each) for each in tables]
    chain.arrive("on_assets_released", housing_events.DisposalApproved)
    assert [chain.warehouse.count(each) for each in tables] == before == [3, 3, 3]
