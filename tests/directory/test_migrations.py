"""What was there before a release is there after it."""

from __future__ import annotations

from chassis.migrate import migrate
from chassis.storage import Database
from directory.service import service

UNIT = (
    "INSERT INTO units (id, uscc, name, kind, region_code, parent_id, version, created_at, "
    "updated_at) VALUES ('{id}', '{id}', '甲', 'other', '{region}', {parent}, 3, "
    "'2025-12-31 16:00:00', '2026-01-02 00:00:00')"
)


def test_units_of_the_first_release_exist_since_they_were_registered(storage_url: str) -> None:
    database = Database(storage_url)
    migrate(database, service)
    migrate(database, service, "d0001")
    with database.transaction() as connection:
        connection.exec_driver_sql(UNIT.format(id="u1", region="990100", parent="NULL"))
        connection.exec_driver_sql(UNIT.format(id="u2", region="990101100", parent="'u1'"))
    migrate(database, service)
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, level, valid_from, valid_to, named_from, successor_ids, parent_id, version "
            "FROM units ORDER BY id"
        ).all()
        roles = connection.exec_driver_sql("SELECT count(*) FROM roles").scalar_one()
    # Midnight in China was the first of January.
    assert [tuple(map(str, row)) for row in rows] == [
        ("u1", "city", "2026-01-01", "None", "2026-01-01", "", "None", "3"),
        ("u2", "township", "2026-01-01", "None", "2026-01-01", "", "u1", "3"),
    ]
    assert roles == 11
    migrate(database, service, "d0001")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM units").scalar_one() == 2
    database.close()


def _run(database: Database, *statements: str) -> None:
    with database.transaction() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def _postings(database: Database, columns: str) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        rows = connection.exec_driver_sql(f"SELECT {columns} FROM postings ORDER BY id")
        return [tuple(row) for row in rows]


def test_postings_of_the_release_before_are_main_ones_and_have_their_units_region(
    storage_url: str,
) -> None:
    database = Database(storage_url)
    migrate(database, service)
    migrate(database, service, "d0003")
    instants = "'2026-01-01 00:00:00', '2026-01-01 00:00:00'"
    _run(
        database,
        "INSERT INTO units (id, uscc, name, kind, level, region_code, valid_from, named_from, "
        "successor_ids, end_source, version, created_at, updated_at) VALUES ('u1', 'u1', '甲', "
        f"'other', 'county', '990101', '2020-01-01', '2020-01-01', '', '', 1, {instants})",
        "INSERT INTO people (id, subject, name, unit_id, region_code, post, rank, phone, "
        "id_number, id_number_digest, valid_from, version, created_at, updated_at) VALUES "
        "('p1', '', '林知夏', 'u1', '990101', '科员', 'staff', '', '', '', '2021-07-01', 1, "
        f"{instants})",
        "INSERT INTO postings (id, person_id, unit_id, unit_name, post, rank, valid_from, "
        "version, created_at, updated_at) VALUES "
        f"('t1', 'p1', 'u1', '甲', '科员', 'staff', '2021-07-01', 1, {instants})",
    )
    migrate(database, service)
    [(region_code, concurrent)] = _postings(database, "region_code, concurrent")
    assert (region_code, bool(concurrent)) == ("990101", False)
    _run(
        database,
        "INSERT INTO postings (id, person_id, unit_id, unit_name, region_code, post, rank, "
        "valid_from, concurrent, version, created_at, updated_at) VALUES ('t2', 'p1', 'u1', '甲', "
        f"'990101', '顾问', 'staff', '2021-07-01', true, 1, {instants})",
    )
    migrate(database, service, "d0003")
    assert _postings(database, "id") == [("t1",)]
    migrate(database, service)
    database.close()
