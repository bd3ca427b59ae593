"""What leaves, or is gone, is repaired no more."""

from __future__ import annotations

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from tests.housing.factories import approved_disposal, create_property
from tests.housing.repairs.factories import create_repair
from tests.refusals import refusal

pytestmark = pytest.mark.row("H15")


@pytest.mark.parametrize("gone", [False, True], ids=["under disposal", "disposed of"])
def test_what_leaves_is_neither_drafted_nor_submitted(housing: Harness, gone: bool) -> None:
    property_id = create_property(housing).id
    draft = create_repair(housing, property_id=property_id)
    disposal = approved_disposal(housing, property_id=property_id, assets=[])
    if gone:
        housing.call("complete_disposal", disposal_id=disposal.id)
    told = refusal(housing, "submit_repair", IllegalState, repair_id=draft.id)
    assert told == ("ILLEGAL_STATE", ["state"])
    with pytest.raises(IllegalState) as refused:
        create_repair(housing, property_id=property_id)
    assert refused.value.reason == "ILLEGAL_STATE"
    assert "处置中、已处置或已注销" in refused.value.zh
