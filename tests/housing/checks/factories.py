"""Checks and survey sheets for tests: good ones, with what a test changes."""

from __future__ import annotations

from typing import Any

from chassis.testing import Harness
from housing.checks.surveys import SHEET


def create_check(housing: Harness, **changes: Any) -> Any:
    fields = {"name": "2026年房产清查", "region_code": "990100", "as_of": "2026-03-01"}
    return housing.call("create_check", **fields | changes)


def cells(code: str, /, **changes: str) -> dict[str, str]:
    """One row, heading to text; changes go by field."""
    values = {
        "check_code": "QC-2026-000001",
        "property_code": code,
        "name": "云澜市财政局办公楼",
        "address": "云澜市政通路12号",
        "surveyed_area_m2": "2400.50",
        "certificate_area_m2": "",
        "surveyed_on": "2026-02-27",
        "surveyor": "云澜市测绘院",
        "found_use": "办公",
    } | changes
    return {SHEET.headings[name]: text for name, text in values.items()}


def sent(housing: Harness, *rows: dict[str, str], first: int = 2, **given: Any) -> Any:
    """The reply to an import of rows that stand in the sheet from row `first` on."""
    numbered = [{"row": number, "cells": row} for number, row in enumerate(rows, start=first)]
    return housing.call("import_surveys", rows=numbered, **given)


def counts(reply: Any) -> tuple[int, int, int]:
    return reply.created, reply.unchanged, reply.refused


def reconciled(housing: Harness, check: Any) -> list[Any]:
    """What the check finds now."""
    housing.call("reconcile_check", check_id=check.id)
    return list(housing.call("list_findings", check_id=check.id, page_size=500).findings)
