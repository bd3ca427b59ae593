"""Stores with what is in them, and clerks of units, for journeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.journeys.ledgers import decide
from tests.journeys.offices import Office
from tests.processes import Caller


@dataclass
class Clerk:
    """Somebody of one unit, who may act for it and nothing else."""

    caller: Caller
    office: Office

    def call(self, name: str, **fields: Any) -> Any:
        unit = self.office.unit
        rights = {
            "region": unit.region_code,
            "units": [unit.id],
            "unit_id": unit.id,
            "unit_name": unit.name,
        }
        return self.caller.call(name, user=f"clerk@{unit.id}", rights=rights, **fields)


def a_clerk(caller: Caller, name: str, region: str) -> Clerk:
    return Clerk(caller, Office(caller, name, region))


def a_store(caller: Caller, series: str, region: str, kind: str = "PHYSICAL") -> Any:
    return caller.call(
        "warehouse.create_store",
        code=f"{series}-{kind[:2]}",
        name="公物仓",
        kind=f"STORE_KIND_{kind}",
        region_code=region,
        owner_name="机关事务管理局",
    )


def opening_stock(caller: Caller, series: str, store: Any, number: int, **cells: str) -> list[Any]:
    """So many desks that the store held before its ledger began."""
    rows = [
        {
            "row": each,
            "cells": {
                "资产编号": f"{series}-{each:04}",
                "资产名称": "办公桌",
                "分类代码": "A05010201",
                "取得日期": "2019-03-01",
                "原值（元）": "1800",
                "成色": "良好",
                "仓库编号": store.code,
                "库位": "A-01",
                "入仓价值（元）": "900",
                **cells,
            },
        }
        for each in range(2, number + 2)
    ]
    reply = caller.call("warehouse.import_items", rows=rows)
    assert (reply.created, list(reply.problems)) == (number, [])
    return list(caller.call("warehouse.list_items", store_id=store.id, page_size=500).items)


def asked(clerk: Clerk, **fields: Any) -> Any:
    draft = clerk.call(
        "warehouse.create_transfer", **{"reason": "新增人员配置", "to_place": "301 室"} | fields
    )
    return clerk.call("warehouse.submit_transfer", transfer_id=draft.id)


def approve(caller: Caller, transfer: Any) -> None:
    decide(caller, transfer.approval_id, service="warehouse")


def received(caller: Caller, clerk: Clerk, **fields: Any) -> Any:
    """A transfer whose items the unit has."""
    transfer = asked(clerk, **fields)
    approve(caller, transfer)
    caller.call("warehouse.hand_over_transfer", transfer_id=transfer.id)
    return clerk.call("warehouse.receive_transfer", transfer_id=transfer.id)
