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
    migrate(database, service, "directory@-1")
    migrate(database, service, "directory@-1")
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
    migrate(database, service, "directory@-1")
    migrate(database, service, "directory@-1")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM units").scalar_one() == 2
    database.close()
