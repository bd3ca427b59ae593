"""The search of the warehouse over many cards: what a page costs of ten thousand and of many more.

Rows are synthetic, made in SQL; each kind of asset has its share of either size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.testing import Harness
from tests.bench.ground import Ground
from tests.bench.lists import (
    SMALL,
    Lists,
    ReportCost,
    analyse,
    compared,
    median_ms,
    token_after,
)
from tests.warehouse.factories import create_store
from warehouse.items.words import words_of
from warehouse.service import service

REPORT_AIM_MS = 5_000

_KINDS = (
    ("A05010201", "办公桌"),
    ("A05010301", "办公椅"),
    ("A05010202", "会议桌"),
    ("A05010501", "文件柜"),
    ("A05010502", "书柜"),
    ("A05010401", "三人沙发"),
    ("A02010105", "台式计算机"),
    ("A02010108", "便携式计算机"),
    ("A02020200", "投影仪 EB-C2050"),
    ("A02021001", "激光打印机"),
    ("A02061804", "空调机"),
    ("A02081001", "传真机"),
)
_STORES = 12
_UNITS = 460


def measure(ground: Ground, large: int) -> Lists:
    sizes = [(_harness(ground, f"items_{items}", items), items) for items in (SMALL, large)]
    few, many = (dict(_acts(*each)) for each in sizes)
    pages = compared(few, many)
    largest, _ = sizes[1]
    reports = {
        f"stock report, {large:,} cards": lambda: largest.call("report_stock"),
        f"depreciation report, {large:,} cards": lambda: largest.call("report_depreciation"),
    }
    costs = [ReportCost(name, median_ms(act, 3), REPORT_AIM_MS) for name, act in reports.items()]
    for harness, _ in sizes:
        harness.close()
    return Lists("items", SMALL, large, pages, costs)


def _acts(harness: Harness, items: int) -> list[tuple[str, Callable[[], object]]]:
    def page(rows: int = 50, **fields: Any) -> Callable[[], object]:
        return lambda: harness.call("list_items", page_size=rows, **fields)

    in_stock: dict[str, Any] = {"state": "ITEM_STATE_IN_STOCK"}
    middle = token_after(harness, "items", "code", items // 2)
    store = harness.call("list_stores").stores[3].id
    need = {"class_code": "A050102", "least_condition": "CONDITION_FAIR", "quantity": 30}
    return [
        ("first page", page()),
        ("a page in the middle", page(page_token=middle)),
        ("of a class in stock", page(class_code="A050102", **in_stock)),
        ("by a word", page(words="投影")),
        ("by a word, fair, in stock", page(words="办公桌", least_condition=3, **in_stock)),
        ("by class and word near us", page(class_code="A05", words="柜", region_code="990103")),
        ("of one place", page(14, store_id=store, place="B-07")),
        ("30 desks near us", lambda: harness.call("find_items", need=need, region_code="990103")),
        ("30 of a word near us", lambda: harness.call("find_items", need=_by_words(need))),
        ("a word nothing has", page(words="潜水艇")),
    ]


def _by_words(need: dict[str, object]) -> dict[str, object]:
    return {**need, "class_code": "", "words": "会议桌"}


def _harness(ground: Ground, name: str, items: int) -> Harness:
    ground.postgresql.create_database(name)
    harness = Harness(service, ground.postgresql.url(name))
    for number in range(_STORES):
        region = f"99010{number % 9 + 1}"
        create_store(harness, code=f"CK-{number:02}", region_code=region)
    _items(harness, items)
    return harness


def _items(harness: Harness, items: int) -> None:
    """Seven cards of ten are in stock, the others in use; each began with an opening entry."""
    kinds = ", ".join(f"({n}, '{code}', '{name}')" for n, (code, name) in enumerate(_KINDS))
    words = ", ".join(
        f"({n}, '{word}')" for n, (_, name) in enumerate(_KINDS) for word in words_of(name)
    )
    with harness.database.transaction() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(
            f"""
            WITH store AS (
                SELECT id, region_code, row_number() OVER (ORDER BY code) - 1 AS number FROM stores
            ), kind (number, class_code, name) AS (VALUES {kinds})
            INSERT INTO items (id, code, asset_code, name, class_code, acquired_on,
                original_value_fen, condition, state, store_id, place, region_code, unit_id,
                owner_name, owner_uscc, value_fen, borrower_name, tag, reach, stay, version,
                created_at, updated_at)
            SELECT 'i' || lpad(n::text, 8, '0'), 'GW-' || lpad(n::text, 8, '0'), 'ZC-' || n,
                kind.name, kind.class_code, DATE '2012-01-01' + (n * 7 %% 5000), 180000 + n %% 977,
                (ARRAY['new', 'good', 'fair', 'fair', 'poor'])[n %% 5 + 1],
                CASE WHEN n %% 10 < 7 THEN 'in_stock' ELSE 'in_use' END,
                CASE WHEN n %% 10 < 7 THEN store.id END,
                CASE WHEN n %% 10 < 7 THEN 'B-' || lpad((n / 12 %% 40)::text, 2, '0') ELSE '' END,
                store.region_code, 'u' || lpad((n %% {_UNITS})::text, 7, '0'), '', '', 90000, '',
                '', '9901', 1, 1, now(), now()
            FROM generate_series(0, {items - 1}) n
            JOIN kind ON kind.number = n / 7 %% {len(_KINDS)}
            JOIN store ON store.number = n / 3 %% {_STORES}
            """
        )
        connection.exec_driver_sql(
            f"""
            INSERT INTO item_words (word, code, item_id)
            SELECT words.word, items.code, items.id FROM items
            JOIN (VALUES {kinds}) kind (number, class_code, name) ON kind.name = items.name
            JOIN (VALUES {words}) words (number, word) ON words.number = kind.number
            """
        )
        connection.exec_driver_sql(
            """
            INSERT INTO movements (id, item_id, kind, from_state, from_store_id, from_place,
                from_unit_id, from_owner_name, to_state, to_store_id, to_place, to_unit_id,
                to_owner_name, value_fen, document_id, document_code, moved_on, moved_at, moved_by)
            SELECT 'm' || id, id, 'opening', NULL, NULL, '', '', '', 'in_stock',
                coalesce(store_id, (SELECT min(id) FROM stores)), place, unit_id, '', value_fen,
                '', '', DATE '2025-01-01', now(), '' FROM items
            """
        )
    analyse(harness)
