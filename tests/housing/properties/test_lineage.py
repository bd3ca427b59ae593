"""Properties that were split and merged are history, and nothing is counted twice."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from chassis.errors import (
    IllegalState,
    NotFound,
)
from chassis.principal import Realm
from chassis.testing import Harness
from guanjia.housing.v1 import properties_pb2 as pb
from tests.housing.factories import create_property, submitted_disposal
from tests.housing.properties.reshaping import halves, merge, part, read, split, totals
from tests.people import person
from tests.refusals import refusal

pytestmark = pytest.mark.row("H01")


def lineage(housing: Harness, property_id: str) -> list[tuple[str, str, str, str]]:
    found = housing.call("list_property_lineage", property_id=property_id).lineage
    return [
        (each.from_code, each.to_code, each.on_day, pb.LineageKind.Name(each.kind))
        for each in found
    ]


def test_lineage_tells_what_a_property_came_from_and_what_became_of_it(housing: Harness) -> None:
    told = halves(housing, code="YL-W")
    housing.clock.advance(days=1)
    made = merge(housing, *told.parts)
    assert lineage(housing, told.original.id) == [
        ("YL-W", "P-1", "2026-03-02", "LINEAGE_KIND_SPLIT"),
        ("YL-W", "P-2", "2026-03-02", "LINEAGE_KIND_SPLIT"),
    ]
    assert lineage(housing, told.parts[0].id) == [
        ("YL-W", "P-1", "2026-03-02", "LINEAGE_KIND_SPLIT"),
        ("P-1", "M-1", "2026-03-03", "LINEAGE_KIND_MERGE"),
    ]
    assert lineage(housing, made.id) == [
        ("P-1", "M-1", "2026-03-03", "LINEAGE_KIND_MERGE"),
        ("P-2", "M-1", "2026-03-03", "LINEAGE_KIND_MERGE"),
    ]
    stranger = person("sun", "clerk", realm=Realm("9902"))
    with pytest.raises(NotFound):
        housing.call("list_property_lineage", user=stranger, property_id=made.id)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_split_and_merged_the_register_stays_as_it_was(
    housing: Harness, seed: int
) -> None:
    random = Random(seed)
    live = {create_property(housing).id for _ in range(3)}
    before = totals(housing)
    for turn in range(20):
        if len(live) > 2 and random.random() < 0.5:
            gone = random.sample(sorted(live), 2)
            fields = {"code": f"M-{turn}", "name": "楼", "reason": "合并"}
            new = [housing.call("merge_properties", property_ids=gone, **fields).id]
        else:
            gone = [random.choice(sorted(live))]
            new = _cut(housing, gone[0], random, turn)
        live = live - set(gone) | set(new)
        assert totals(housing) == before
    listed = housing.call("list_properties", page_size=500).properties
    assert {each.id for each in listed if each.use_state != pb.USE_STATE_RETIRED} == live


def test_a_retired_property_is_history(housing: Harness) -> None:
    gone = halves(housing).original
    acts: list[tuple[str, dict[str, Any]]] = [
        ("update_property", {"property_id": gone.id, "name": "新名"}),
        ("update_property", {"property_id": gone.id, "use_state": "USE_STATE_IDLE"}),
        (
            "split_property",
            {"property_id": gone.id, "parts": [part("Q-1"), part("Q-2")], "reason": "再分"},
        ),
        (
            "create_room",
            {
                "property_id": gone.id,
                "code": "1",
                "floor": 1,
                "use": "ROOM_USE_OFFICE",
                "area_m2": 1,
            },
        ),
    ]
    for method, fields in acts:
        assert refusal(housing, method, IllegalState, **fields)[0] == "ILLEGAL_STATE", method


def test_a_retired_property_counts_nowhere_and_the_register_stays_as_it_was(
    housing: Harness,
) -> None:
    create_property(housing, floor_area_m2=99.5, usable_area_m2=50, book_value_fen=1)
    whole = create_property(housing)
    before = totals(housing)
    split(housing, whole.id, part("P-1"), part("P-2"))
    assert (
        totals(housing)
        == before
        == {
            "floor_area_m2": Decimal("2500.00"),
            "book_value_yuan": Decimal("8600000.01"),
        }
    )
    listed = housing.call("list_properties", use_state="USE_STATE_RETIRED").properties
    assert [each.id for each in listed] == [whole.id]


def test_a_disposal_asked_for_before_keeps_its_property_and_is_not_approved(
    housing: Harness,
) -> None:
    whole = create_property(housing)
    asked = submitted_disposal(housing, property_id=whole.id)
    split(housing, whole.id, part("P-1"), part("P-2"))
    with pytest.raises(IllegalState) as refused:
        housing.call(
            "decide_approval",
            user="chief",
            approval_id=asked.approval_id,
            decision="DECISION_APPROVE",
        )
    assert "已注销" in refused.value.zh
    assert housing.call("get_disposal", disposal_id=asked.id).property_id == whole.id


def test_nobody_retires_a_property_by_hand(housing: Harness) -> None:
    there, state = create_property(housing), "USE_STATE_RETIRED"
    fields = {"property_id": there.id, "use_state": state}
    assert refusal(housing, "update_property", IllegalState, **fields)[0] == "ILLEGAL_STATE"
    with pytest.raises(IllegalState):
        create_property(housing, use_state=state)


def _cut(housing: Harness, property_id: str, random: Random, turn: int) -> list[str]:
    """A property cut somewhere into two."""
    whole = read(housing, property_id)
    area, value = Decimal(str(whole.floor_area_m2)), whole.book_value_fen
    first = (area * random.randrange(1, 100) / 100).quantize(Decimal("0.01"))
    fen = random.randrange(value + 1)
    cut = [(first, fen), (area - first, value - fen)]
    parts = [
        part(
            f"S-{turn}-{number}",
            floor_area_m2=float(floor),
            usable_area_m2=0,
            book_value_fen=worth,
        )
        for number, (floor, worth) in enumerate(cut)
    ]
    return [each.id for each in split(housing, property_id, *parts).parts]
