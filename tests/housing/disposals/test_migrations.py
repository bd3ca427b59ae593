"""A release that knows withdrawals and appraisals, and the one before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chassis.migrate import migrate
from chassis.testing import Harness
from guanjia.housing.v1 import properties_pb2 as pp
from housing.service import service
from tests.housing.disposals.test_withdrawal import cancelled, withdraw
from tests.housing.factories import approved_disposal, assets, create_property

pytestmark = pytest.mark.row("H14")


@pytest.fixture
def housing(storage_url: str) -> Iterator[Harness]:
    made = Harness(service, storage_url)
    yield made
    made.close()


def states(housing: Harness) -> list[str]:
    with housing.database.reading() as connection:
        sql = "SELECT state FROM disposal_lines ORDER BY position"
        return list(connection.exec_driver_sql(sql).scalars())


def test_the_release_before_reads_what_was_withdrawn_as_states_it_knows(housing: Harness) -> None:
    disposal = approved_disposal(housing, assets=assets(3))
    withdraw(housing, disposal)
    housing.react("on_intake_cancelled", cancelled(disposal, 1))
    migrate(housing.database, service, "h0002")
    assert states(housing) == ["awaiting_intake", "settled", "awaiting_intake"]
    migrate(housing.database, service)
    assert states(housing) == ["awaiting_intake", "settled", "awaiting_intake"]


def test_a_disposal_of_the_release_before_is_neither_appraised_nor_withdrawn(
    housing: Harness,
) -> None:
    building = create_property(housing, use_state="USE_STATE_LENT")
    disposal = approved_disposal(housing, property_id=building.id)
    migrate(housing.database, service, "h0002")
    migrate(housing.database, service)
    now = housing.call("get_disposal", disposal_id=disposal.id)
    assert now == disposal
    assert (now.appraised_value_fen, now.appraised_on, now.withdrawn_by) == (0, "", "")
    withdraw(housing, disposal)
    back = housing.call("get_property", property_id=building.id)
    assert back.use_state == pp.USE_STATE_IN_USE, "nobody noted that it was lent"
