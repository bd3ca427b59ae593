"""What the warehouse's tables say of cards, and whether they agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from chassis.testing import Harness
from guanjia.warehouse.v1 import events_pb2
from warehouse.items.movements import Movement
from warehouse.items.states import OUTSIDE

TABLES = (
    "stores",
    "intakes",
    "items",
    "movements",
    "transfers",
    "transfer_lines",
    "approvals",
    "stocktakes",
    "stocktake_lines",
    "disposal_batches",
    "disposal_batch_lines",
    "savings",
)
Rows = dict[str, list[dict[str, Any]]]


def books(warehouse: Harness) -> Rows:
    """Every row of the tables, as it stands; movements in the order they were written."""
    found: Rows = {}
    with warehouse.database.reading() as connection:
        for table in TABLES:
            rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").mappings()
            found[table] = [dict(row) for row in rows]
        for table in ("outbox", "numbers"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2").mappings()
            found[table] = [dict(row) for row in rows]
    return found


def lives(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """The movements of each card, the first one first."""
    found = defaultdict(list)
    for each in rows["movements"]:
        found[each["item_id"]].append(each)
    return found


def standing(row: dict[str, Any], side: str = "") -> list[Any]:
    return [row[f"{side}{name}"] for name in Movement.STANDING]


def each_card_stands_where_its_life_led(rows: Rows) -> None:
    """One standing per card: that of its last movement, each of which goes on from the one
    before; and so often in a store as it came into one."""
    known = lives(rows)
    assert set(known) == {each["id"] for each in rows["items"]}
    for card in rows["items"]:
        life = known[card["id"]]
        assert life[0]["from_state"] is None
        for before, after in pairwise(life):
            assert standing(before, "to_") == standing(after, "from_"), card["code"]
        assert standing(life[-1], "to_") == standing(card), card["code"]
        assert card["stay"] == sum(each["kind"] in ("opening", "intake") for each in life)
        assert (card["store_id"] is None) == (card["state"] in OUTSIDE)
        assert card["owner_name"]


def each_asset_has_one_card(rows: Rows) -> None:
    held = Counter(each["asset_code"] for each in rows["items"] if each["state"] != "gone")
    assert set(held.values()) <= {1}


def a_card_is_promised_to_one(rows: Rows) -> None:
    """Reserved, or in transit, exactly where one line says so."""
    lines = Counter(
        (each["item_id"], each["state"])
        for each in rows["transfer_lines"]
        if each["state"] in ("reserved", "in_transit")
    )
    cards = {
        (each["id"], each["state"])
        for each in rows["items"]
        if each["state"] in ("reserved", "in_transit")
    }
    assert lines == Counter(dict.fromkeys(cards, 1))


def transfers_are_what_their_lines_are(rows: Rows) -> None:
    lines = defaultdict(set)
    for each in rows["transfer_lines"]:
        lines[each["transfer_id"]].add(each["state"])
    for transfer in rows["transfers"]:
        states = lines[transfer["id"]]
        assert ("reserved" in states) == (transfer["state"] == "approved")
        if transfer["state"] == "in_transit":
            assert "in_transit" in states
        if transfer["state"] in ("draft", "submitted"):
            assert states == {"asked"}
        if transfer["state"] not in ("draft", "submitted"):
            assert "asked" not in states


def stores_hold_what_the_report_says(warehouse: Harness, rows: Rows) -> None:
    inside = Counter(each["store_id"] for each in rows["items"] if each["store_id"])
    worth: Counter[str] = Counter()
    for each in rows["items"]:
        if each["store_id"]:
            worth[each["store_id"]] += each["value_fen"]
    codes = {each["code"]: each["id"] for each in rows["stores"]}
    for line in warehouse.call("report_stock").lines[:-1]:
        opening, _, came, _, left, _, closing, yuan = map(float, line.figures)
        store = codes[line.about[0]]
        assert opening + came - left == closing == inside[store] >= 0
        assert round(yuan * 100) == worth[store]


def facts_tell_what_happened(warehouse: Harness, rows: Rows) -> None:
    """Each receipt, refusal and acceptance is told once."""
    kinds = Counter(each["kind"] for each in rows["movements"])
    received = warehouse.facts(events_pb2.TransferReceived)
    assert sum(len(each.item_ids) for each in received) == kinds["receipt"]
    assert sum(len(each.refused_item_ids) for each in received) == kinds["refusal"]
    assert len(warehouse.facts(events_pb2.IntakeAccepted)) == kinds["intake"]
    decided = warehouse.facts(events_pb2.TransferDecided)
    assert sum(len(each.item_ids) for each in decided) == kinds["reservation"]


def a_card_is_disposed_of_once(rows: Rows) -> None:
    """In disposal where one batch lists it, gone where one batch ended it."""
    for state, line_states in (("in_disposal", ("listed",)), ("gone", ("sold", "donated"))):
        lines = Counter(
            each["item_id"] for each in rows["disposal_batch_lines"] if each["state"] in line_states
        )
        cards = {each["id"] for each in rows["items"] if each["state"] == state}
        assert lines == Counter(cards)


def a_stay_saves_once(rows: Rows) -> None:
    savings: Counter[tuple[str, int]] = Counter()
    for each in rows["savings"]:
        savings[each["item_id"], each["stay"]] += -1 if each["reverses_id"] else 1
    assert set(savings.values()) <= {0, 1}


def agree(warehouse: Harness, rows: Rows) -> None:
    """Whether the books agree with one another."""
    each_asset_has_one_card(rows)
    each_card_stands_where_its_life_led(rows)
    a_card_is_promised_to_one(rows)
    a_card_is_disposed_of_once(rows)
    a_stay_saves_once(rows)
    transfers_are_what_their_lines_are(rows)
    stores_hold_what_the_report_says(warehouse, rows)
    facts_tell_what_happened(warehouse, rows)
