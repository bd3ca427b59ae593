"""What operators and chiefs watch of offices and buildings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from chassis.days import day_of
from chassis.enums import labels_of
from chassis.measures import Measure, number_of, sum_of
from chassis.storage import Reader
from guanjia.housing.v1 import disposals_pb2, problems_pb2, properties_pb2, repairs_pb2
from housing.disposals.model import Disposal
from housing.leases.model import STATE_NAMES, Lease
from housing.problems.model import Problem
from housing.properties.model import Property
from housing.repairs.model import Repair
from housing.standards.norms import OFFICE_AREA
from housing.standards.queries import areas_on


def _over_standard(reader: Reader) -> Iterable[Sequence[Any]]:
    day = day_of(reader.now)
    areas = areas_on(day, OFFICE_AREA.everywhere(reader, day))
    return reader.rows(select(func.sum(areas.c.over_m2)))


MEASURES = (
    Measure(
        "guanjia_housing_properties",
        "房产",
        "Properties by use",
        number_of(Property, Property.use_state),
        labels=("use_state",),
        names=labels_of(properties_pb2.UseState.DESCRIPTOR),
        unit="处",
    ),
    Measure(
        "guanjia_housing_floor_area_m2",
        "建筑面积",
        "Floor area by use",
        sum_of(Property.floor_area_m2, Property.use_state),
        labels=("use_state",),
        names=labels_of(properties_pb2.UseState.DESCRIPTOR),
        unit="㎡",
    ),
    Measure(
        "guanjia_housing_over_standard_m2",
        "个人超标办公面积",
        "Office area beyond the standards of those who have it",
        _over_standard,
        unit="㎡",
    ),
    Measure(
        "guanjia_housing_disposals",
        "资产处置单",
        "Disposals by state",
        number_of(Disposal, Disposal.state),
        labels=("state",),
        names=labels_of(disposals_pb2.DisposalState.DESCRIPTOR),
        unit="件",
    ),
    Measure(
        "guanjia_housing_repairs",
        "维修项目",
        "Repairs by state",
        number_of(Repair, Repair.state),
        labels=("state",),
        names=labels_of(repairs_pb2.RepairState.DESCRIPTOR),
        unit="项",
    ),
    Measure(
        "guanjia_housing_problems",
        "问题台账",
        "Problems of properties by state",
        number_of(Problem, Problem.state),
        labels=("state",),
        names=labels_of(problems_pb2.ProblemState.DESCRIPTOR),
        unit="项",
    ),
    Measure(
        "guanjia_housing_leases",
        "租赁合同",
        "Leases by state",
        number_of(Lease, Lease.state),
        labels=("state",),
        names={str(state): name for state, name in STATE_NAMES.items()},
        unit="份",
    ),
)
