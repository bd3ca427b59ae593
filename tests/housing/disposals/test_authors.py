"""A draft that very many people correct never outgrows its request for consent."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState, PermissionDenied
from chassis.testing import Harness
from guanjia.housing.v1 import disposals_pb2 as pb
from tests.housing.factories import assets, create_disposal, decide

pytestmark = pytest.mark.row("H14")


def test_one_author_too_many_is_refused_and_all_others_are_known_to_consent(
    housing: Harness,
) -> None:
    draft = create_disposal(housing)
    authors = [f"{number}" * 150 for number in range(1, 6)]

    def correct(user: str) -> None:
        fields = {"disposal_id": draft.id, "reason": user[:1], "assets": assets(1)}
        housing.call("update_disposal", user=user, **fields)

    for each in (*authors, *authors):
        correct(each)
    with pytest.raises(IllegalState) as refused:
        correct("6" * 150)
    assert refused.value.reason == "TOO_MANY_AUTHORS"
    asked = housing.call("submit_disposal", user="7" * 200, disposal_id=draft.id)
    assert asked.reason == "5"
    for each in ("clerk", *authors, "7" * 200):
        with pytest.raises(PermissionDenied):
            decide(housing, asked.id, user=each)
    assert decide(housing, asked.id, user="8").state == pb.DISPOSAL_STATE_APPROVED
