"""Units and people of a test of its own, registered in the directory and known in housing."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from cli.sample.city import uscc
from guanjia.directory.v1 import directory_pb2 as pb
from tests.processes import Caller
from tests.waiting import eventually

_numbers = itertools.count(time.time_ns() // 1_000 % 10**8)


@dataclass
class Office:
    """A bureau of the city with its people."""

    caller: Caller
    name: str
    region_code: str = "990101"
    unit: Any = field(init=False)

    def __post_init__(self) -> None:
        self.unit = self.caller.call(
            "directory.register_unit",
            uscc=uscc("11990101", f"{next(_numbers) % 10**8:08}"),
            name=self.name,
            kind=pb.UNIT_KIND_GOVERNMENT_ORGAN,
            region_code=self.region_code,
            level=pb.UNIT_LEVEL_CITY,
            valid_from="2015-01-01",
        )

    def person(self, name: str, rank: int = pb.RANK_STAFF, **given: Any) -> Any:
        return self.caller.call(
            "directory.register_person",
            name=name,
            unit_id=self.unit.id,
            post="干部",
            rank=rank,
            valid_from="2020-01-01",
            **given,
        )

    def rooms(self, rows: list[dict[str, str]]) -> Any:
        """Imports rooms once housing knows unit and people; rows by heading."""
        sheet = [
            {"row": number, "cells": {"使用单位": self.name, **row}}
            for number, row in enumerate(rows, start=2)
        ]

        def taken() -> Any:
            reply = self.caller.call("housing.import_rooms", rows=sheet)
            assert not reply.problems, reply.problems
            return reply

        return eventually(taken)
