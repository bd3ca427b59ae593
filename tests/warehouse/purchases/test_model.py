"""Every move of a purchase and of its offers: where it leads, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chassis.errors import IllegalState
from tests.moves import moves_hold
from tests.warehouse.factories import NOW, item_object
from warehouse.purchases.model import STATE_NAMES, Purchase, PurchaseState
from warehouse.purchases.offers import (
    OFFER_STATE_NAMES,
    OfferRefusal,
    OfferState,
    PurchaseOffer,
)

pytestmark = pytest.mark.row("W05")

S = PurchaseState
O = OfferState  # noqa: E741
TODAY, LAST = date(2026, 3, 2), date(2026, 3, 9)

MOVES: dict[str, Callable[[Purchase], None]] = {
    "answer": lambda it: it.begin_answer("li", TODAY),
    "meet": lambda it: it.meet(),
    "review": lambda it: it.review("a-1"),
    "consent": lambda it: it.consent("wang", NOW, ""),
    "clear": lambda it: it.clear("GZ-2026-000001"),
    "reject": lambda it: it.reject("wang", NOW, "仓内资产可用"),
    "take back": lambda it: it.take_back(TODAY, LAST),
    "withdraw": lambda it: it.withdraw(),
    "renew": lambda it: it.renew("li", TODAY),
}
LEGAL = {
    (S.PARKED, "answer"): S.PARKED,
    (S.PARKED, "meet"): S.MET,
    (S.PARKED, "review"): S.REVIEWING,
    (S.PARKED, "clear"): S.CLEARED,
    (S.PARKED, "withdraw"): S.WITHDRAWN,
    (S.REVIEWING, "consent"): S.REVIEWING,
    (S.REVIEWING, "clear"): S.CLEARED,
    (S.REVIEWING, "reject"): S.REJECTED,
    (S.REVIEWING, "take back"): S.PARKED,
    (S.REVIEWING, "withdraw"): S.WITHDRAWN,
}
OFFER_MOVES: dict[str, Callable[[PurchaseOffer], None]] = {
    "take": lambda it: it.take("li", NOW),
    "refuse": lambda it: it.refuse("li", NOW, "secrecy", ""),
    "be gone": lambda it: it.be_gone(),
    "lapse": lambda it: it.lapse(),
    "consent": lambda it: it.consent(),
    "reopen": lambda it: it.reopen(),
}
LEGAL_OF_OFFERS = {
    (O.OFFERED, "take"): O.TAKEN,
    (O.OFFERED, "refuse"): O.REFUSED,
    (O.OFFERED, "be gone"): O.GONE,
    (O.OFFERED, "lapse"): O.LAPSED,
    (O.REFUSED, "consent"): O.REFUSED,
    (O.REFUSED, "reopen"): O.OFFERED,
}


def offer_object(state: OfferState = OfferState.OFFERED) -> PurchaseOffer:
    offer = PurchaseOffer.of(item_object(), 1)
    offer.state = state
    offer.refusal = OfferRefusal.SECRECY if state is OfferState.REFUSED else None
    return offer


def purchase_object(state: PurchaseState = PurchaseState.PARKED) -> Purchase:
    """Three are wanted; one was taken, one refused, one is gone."""
    return Purchase(
        code="CG-2026-000001",
        state=state,
        description="办公桌",
        reason="新增",
        need_class_code="A0501",
        need_words="",
        need_least_condition=None,
        need_quantity=3,
        estimated_price_fen=200_000,
        region_code="990101",
        unit_id="u-7",
        unit_name="单位 u-7",
        requested_by="zhang",
        corrected_by="",
        offered_on=TODAY,
        answer_by=LAST if state is S.PARKED else None,
        approval_id="",
        offers=[offer_object(each) for each in (O.TAKEN, O.REFUSED, O.GONE)],
    )


def shown(document: Purchase | PurchaseOffer) -> object:
    """All that a move could change."""
    own = [getattr(document, each.key) for each in type(document).__table__.c]
    parts = document.offers if isinstance(document, Purchase) else []
    return own, [shown(each) for each in parts]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_leads_where_the_picture_says_or_is_refused(state: S, move: str) -> None:
    moves_hold(purchase_object(state), move, MOVES, LEGAL, shown)


@pytest.mark.parametrize("move", OFFER_MOVES)
@pytest.mark.parametrize("state", O)
def test_an_offer_is_answered_once(state: O, move: str) -> None:
    moves_hold(offer_object(state), move, OFFER_MOVES, LEGAL_OF_OFFERS, shown)


def test_it_is_short_of_all_that_was_not_taken() -> None:
    assert purchase_object().shortfall == 2


def test_on_its_last_day_it_may_be_answered_and_the_day_after_only_renewed() -> None:
    late = date(2026, 3, 10)
    assert not purchase_object().is_lapsed(LAST)
    purchase = purchase_object()
    purchase.offers.append(offer_object())
    with pytest.raises(IllegalState) as refused:
        purchase.begin_answer("li", late)
    assert "逾期未答复" in refused.value.zh
    purchase.renew("li", late)
    assert [each.state for each in purchase.offers] == [O.TAKEN, O.REFUSED, O.GONE, O.LAPSED]
    assert purchase.authors() == ["zhang", "li"]


def test_without_a_deadline_it_does_not_lapse() -> None:
    purchase = purchase_object()
    purchase.answer_by = None
    assert not purchase.is_lapsed(date(2030, 1, 1))


def test_every_state_has_a_name_people_read() -> None:
    assert set(STATE_NAMES) == set(PurchaseState)
    assert set(OFFER_STATE_NAMES) == set(OfferState)
