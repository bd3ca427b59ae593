"""What was there before a release is there after it."""

from __future__ import annotations

from typing import Any

from chassis.migrate import migrate
from chassis.storage import Database
from warehouse.service import service

STORE = (
    "INSERT INTO stores (id, code, name, kind, address, region_code, owner_name, owner_uscc, "
    "unit_id, version, created_at, updated_at) VALUES ('{id}', '{id}', '一号库', 'physical', '', "
    "'{region}', '机关事务管理局', '', 'u0', 1, '2025-12-31 16:00:00', '2026-01-02 00:00:00')"
)
ITEM = (
    "INSERT INTO items (id, code, asset_code, name, class_code, original_value_fen, condition, "
    "state, store_id, place, region_code, unit_id, owner_name, owner_uscc, value_fen, "
    "borrower_name, version, created_at, updated_at) VALUES ('{id}', '{id}', '{id}', '{name}', "
    "'', 180000, 'good', '{state}', '{store}', 'A-01', '990101', 'u0', '机关事务管理局', '', "
    "90000, '', 3, '2025-12-31 16:00:00', '2026-01-02 00:00:00')"
)


def _run(database: Database, *statements: str) -> None:
    with database.transaction() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def _rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_w03_cards_that_were_there_before_are_in_the_ledger_and_found(storage_url: str) -> None:
    database = Database(storage_url)
    migrate(database, service)
    migrate(database, service, "w0002")
    _run(
        database,
        STORE.format(id="s1", region="990100"),
        STORE.format(id="s2", region="990101"),
        ITEM.format(id="i1", name="办公桌 A3", state="in_stock", store="s1"),
        ITEM.format(id="i2", name="——", state="on_loan", store="s2"),
    )
    migrate(database, service)
    cards = _rows(database, "SELECT id, reach, stay, tag, version FROM items ORDER BY id")
    assert cards == [("i1", "9901", 1, "", 3), ("i2", "990101", 1, "", 3)]
    entries = _rows(
        database,
        "SELECT item_id, kind, from_state, from_store_id, from_place, to_state, to_store_id, "
        "to_place, to_unit_id, to_owner_name, value_fen, moved_by FROM movements ORDER BY item_id",
    )
    after = ("A-01", "u0", "机关事务管理局", 90_000, "guanjia")
    assert entries == [
        ("i1", "opening", None, None, "", "in_stock", "s1", *after),
        ("i2", "opening", None, None, "", "on_loan", "s2", *after),
    ]
    assert len(_rows(database, "SELECT DISTINCT moved_on FROM movements")) == 1
    words = _rows(database, "SELECT word, code, item_id FROM item_words ORDER BY word")
    expected = {"办", "公", "桌", "办公", "公桌", "a3"}
    assert {each[0] for each in words} == expected
    assert {each[1:] for each in words} == {("i1", "i1")}
    _run(database, "UPDATE items SET state = 'in_use', store_id = NULL WHERE id = 'i2'")
    migrate(database, service, "w0002")
    assert _rows(database, "SELECT id, store_id FROM items ORDER BY id") == [
        ("i1", "s1"),
        ("i2", "s1"),
    ]
    migrate(database, service)
    assert len(_rows(database, "SELECT id FROM movements")) == 2
    database.close()
