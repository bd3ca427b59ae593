"""Classes are found by how their codes begin in a database of any locale."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import create_engine

from chassis.testing import Harness
from cli.servers import PostgreSQL
from tests.warehouse.factories import stocked
from warehouse.service import service


@pytest.mark.row("W03")
def test_a_class_is_found_where_the_database_sorts_as_chinese_is_sorted(
    postgresql: PostgreSQL,
) -> None:
    name = f"zh_{uuid.uuid4().hex[:8]}"
    server = create_engine(postgresql.url("postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh-CN' "
            "LOCALE 'C' ENCODING 'UTF8'"
        )
    server.dispose()
    warehouse = Harness(service, postgresql.url(name))
    try:
        stocked(warehouse, 3, 分类代码="A05010201")
        stocked(warehouse, 2, 分类代码="a02010105")
        for start, number in (("A05", 3), ("A0501", 3), ("A02", 2), ("A", 5), ("A06", 0)):
            found = warehouse.call("list_items", class_code=start, page_size=2)
            rest = (
                warehouse.call("list_items", class_code=start, page_token=found.next_page_token)
                if found.next_page_token
                else None
            )
            assert len(found.items) + (len(rest.items) if rest else 0) == number, start
    finally:
        warehouse.close()
        postgresql.drop_database(name)
