"""What the database of a service should hold, and what one holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, Table, inspect

from chassis.service import Service
from chassis.storage.columns import NAMING, Base
from chassis.storage.database import Database
from chassis.storage.tables import metadata as chassis_metadata


def tables_of(service: Service) -> list[Table]:
    """The tables of the service's models, each after those it refers to."""
    own = {each.__table__ for each in service.models}
    return [table for table in Base.metadata.sorted_tables if table in own]


def metadata_of(service: Service) -> MetaData:
    """What the database of the service should hold: its own tables and the chassis'."""
    whole = MetaData(naming_convention=NAMING)
    for table in (*chassis_metadata.sorted_tables, *tables_of(service)):
        table.to_metadata(whole)
    return whole


def schema_of(database: Database) -> dict[str, dict[str, list[Any]]]:
    """Each table with its columns, keys and indexes, as far as the storage tells."""
    found = inspect(database.engine)
    where = f"{database.engine.dialect.name}_where"
    unique = found.get_multi_unique_constraints()
    foreign = found.get_multi_foreign_keys()
    indexes = found.get_multi_indexes()
    return {
        table[1]: {
            "columns": [(each["name"], str(each["type"]), each["nullable"]) for each in columns],
            "keys": sorted(str(each) for each in (*unique[table], *foreign[table])),
            "indexes": sorted(
                (
                    str(each["name"]),
                    each["column_names"],
                    bool(each["unique"]),
                    str(each.get("dialect_options", {}).get(where, "")),
                )
                for each in indexes[table]
                if not each.get("duplicates_constraint")
            ),
        }
        for table, columns in found.get_multi_columns().items()
        if table[1] != "alembic_version"
    }


def row_counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading() as connection:
        tables = inspect(connection).get_table_names()
        sql = " UNION ALL ".join(f"SELECT '{each}', count(*) FROM {each}" for each in tables)
        return {str(table): int(number) for table, number in connection.exec_driver_sql(sql)}


def state_of(database: Database) -> tuple[Any, Any]:
    """The schema, and the norms that came with it: what a revision may bring."""
    schema = schema_of(database)
    if "norms" not in schema:
        return schema, []
    columns = "kind, key, region_code, valid_from, valid_to, value, source"
    with database.reading() as connection:
        rows = connection.exec_driver_sql(f"SELECT {columns} FROM norms").all()
    return schema, sorted(map(str, rows))
