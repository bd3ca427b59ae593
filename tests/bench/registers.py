"""Lists and reports of housing over many rows: what a page costs of ten thousand rooms and of
many more, and the over-standard report of a whole city.

The service runs in this process over the real PostgreSQL: what is compared is what the
database and the service do, without bus and gateway. Rows are synthetic, made in SQL.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert

from chassis.copies.model import UnitCopy
from chassis.testing import Harness
from housing.service import service
from tests.bench.ground import Ground
from tests.bench.lists import (
    SMALL,
    Lists,
    PageCost,
    ReportCost,
    analyse,
    compared,
    median_ms,
    token_after,
)
from tests.housing.register import cells, sent

REPORT_AIM_MS = 300

_PROPERTIES = 1_400
_UNITS = 460
_CITY_ROOMS = 20_000
_CITY_PEOPLE = 25_000


def measure(ground: Ground, large: int) -> Lists:
    pages = _pages(ground, large)
    city = _harness(ground, "city", _CITY_ROOMS)
    _people(city)
    reports = [
        ReportCost(
            f"over-standard report, {_CITY_ROOMS:,} rooms",
            median_ms(lambda: city.call("report_over_standard"), 15),
            REPORT_AIM_MS,
        ),
        ReportCost(
            "over-standard list, a page",
            median_ms(lambda: city.call("list_over_standard"), 15),
            None,
        ),
    ]
    city.close()
    return Lists("rooms", SMALL, large, pages, reports)


def _pages(ground: Ground, large: int) -> list[PageCost]:
    sizes = [(_harness(ground, f"rooms_{rooms}", rooms), rooms) for rooms in (SMALL, large)]
    few, many = (dict(_acts(*each)) for each in sizes)
    found = compared(few, many)
    for harness, _ in sizes:
        harness.close()
    return found


def _acts(harness: Harness, rooms: int) -> list[tuple[str, Callable[[], object]]]:
    def page(rows: int = 50, **fields: object) -> Callable[[], object]:
        """As many rows as there are at the smaller size too."""
        return lambda: harness.call("list_rooms", page_size=rows, **fields)

    middle = token_after(harness, "rooms", "property_code, code", rooms // 2)
    return [
        ("first page", page()),
        ("a page in the middle", page(page_token=middle)),
        ("of one building", page(7, property_id=_building(harness))),
        ("of one unit", page(19, unit_id="u0000007")),
        ("vacant ones", page(vacant=True)),
        ("of one region", page(region_code="990103")),
    ]


def _harness(ground: Ground, name: str, rooms: int) -> Harness:
    ground.postgresql.create_database(name)
    harness = Harness(service, ground.postgresql.url(name))
    _buildings(harness)
    _rooms(harness, rooms)
    return harness


def _buildings(harness: Harness) -> None:
    rows = [cells(f"P-{number:05}") for number in range(_PROPERTIES)]
    for first in range(0, _PROPERTIES, 500):
        assert not sent(harness, rows[first : first + 500]).problems


def _rooms(harness: Harness, rooms: int) -> None:
    """A unit has nine rooms of ten; each building's lie in one of nine districts."""
    with harness.database.transaction() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(
            f"""
            WITH building AS (
                SELECT id, code, row_number() OVER (ORDER BY code) - 1 AS number FROM properties
            )
            INSERT INTO rooms (id, property_id, property_code, code, floor, use, area_m2,
                region_code, unit_id, unit_name, reserved_for, version, created_at, updated_at)
            SELECT 'r' || lpad(n::text, 8, '0'), id, building.code, lpad(n::text, 8, '0'),
                n %% 9, 'office', 9 + n %% 20, '99010' || number %% 9 + 1,
                CASE WHEN n %% 10 = 0 THEN '' ELSE 'u' || lpad((n %% {_UNITS})::text, 7, '0') END,
                '', '', 1, now(), now()
            FROM generate_series(0, {rooms - 1}) n JOIN building ON number = n %% {_PROPERTIES}
            """
        )
    analyse(harness)


def _people(harness: Harness) -> None:
    """Everybody has a post in the unit of a room, one in twenty another one beside it."""
    units = [
        {
            "id": f"u{number:07}",
            "uscc": "",
            "name": f"第{number}局",
            "kind": "government_organ",
            "level": "city" if number % 3 else "county",
            "region_code": f"99010{number % 9 + 1}",
            "parent_id": "",
            "valid_from": "2010-01-01",
            "valid_to": "",
            "successor_id": "",
            "as_of_version": 1,
        }
        for number in range(_UNITS)
    ]
    with harness.database.transaction() as connection:
        connection.execute(insert(UnitCopy.__table__), units)
        connection.exec_driver_sql(
            f"""
            INSERT INTO posting_copies (id, person_id, person_name, unit_id, region_code, post,
                rank, valid_from, valid_to, concurrent)
            SELECT 'm' || n, 'h' || n, '职员' || n, 'u' || lpad((n %% {_UNITS})::text, 7, '0'),
                '990101', '干部', (ARRAY['division_head', 'division_deputy', 'section_head',
                'staff', 'staff', 'staff'])[n %% 6 + 1], DATE '2015-01-01', NULL::date, false
            FROM generate_series(1, {_CITY_PEOPLE}) n
            UNION ALL
            SELECT 'c' || n, 'h' || n, '职员' || n,
                'u' || lpad(((n + 1) %% {_UNITS})::text, 7, '0'), '990101', '兼职',
                'section_head', DATE '2020-01-01', NULL::date, true
            FROM generate_series(20, {_CITY_PEOPLE}, 20) n
            """
        )
        connection.exec_driver_sql(
            f"""
            INSERT INTO seats (id, room_id, person_id, person_name, unit_id, unit_name,
                region_code, from_on, to_on, version, created_at, updated_at)
            SELECT 's' || n, rooms.id, 'h' || n, '职员' || n, rooms.unit_id, rooms.unit_name,
                rooms.region_code, DATE '2020-01-01', NULL::date, 1, now(), now()
            FROM generate_series(1, {_CITY_PEOPLE}) n
            JOIN rooms ON rooms.id = 'r' || lpad((n %% {_CITY_ROOMS})::text, 8, '0')
            """
        )
        connection.exec_driver_sql(
            """
            INSERT INTO tenures (id, room_id, unit_id, unit_name, from_on, to_on, allocation_id)
            SELECT 't' || id, id, unit_id, '', DATE '2020-01-01', NULL::date, ''
            FROM rooms WHERE unit_id <> ''
            """
        )
    analyse(harness)


def _building(harness: Harness) -> str:
    return str(harness.call("list_properties", code="P-00007").properties[0].id)
