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
    schema: dict[str, dict[str, list[Any]]] = {}
    for table in found.get_table_names():
        if table == "alembic_version":
            continue
        columns = found.get_columns(table)
        indexes = found.get_indexes(table)
        schema[table] = {
            "columns": [(each["name"], str(each["type"]), each["nullable"]) for each in columns],
            "keys": sorted(
                str(each)
                for each in (*found.get_unique_constraints(table), *found.get_foreign_keys(table))
            ),
            "indexes": sorted(
                (
                    str(each["name"]),
                    each["column_names"],
                    bool(each["unique"]),
                    str(each.get("dialect_options", {}).get(where, "")),
                )
                for each in indexes
                if not each.get("duplicates_constraint")
            ),
        }
    return schema


def row_counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading() as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in inspect(connection).get_table_names()
        }
