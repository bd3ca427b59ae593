"""`pytest --mission`: one line for each mission row that has tests.

H01 4 4 0 Property register         id, tests, passed, failed, name
"""

from __future__ import annotations

from collections import defaultdict

import pytest

NAMES = {
    "H01": "Property register",
    "H02": "Book-to-reality check",
    "H04": "Title registration",
    "H06": "Problem ledger",
    "H07": "Allocation and adjustment",
    "H09": "Area standard check",
    "H12": "Leasing-out, rent, arrears",
    "H13": "Revitalise idle assets",
    "H14": "Disposal approval",
    "H15": "Repair plan",
    "W01": "Intake",
    "W02": "Virtual and physical stores",
    "W03": "Transfer out",
    "W04": "Savings ledger",
    "W05": "Re-use before purchase gate",
    "W06": "Tags and labels",
    "W07": "Stocktake",
    "W10": "Disposal from store",
    "W11": "Units and accounts",
    "W12": "Cross-level sharing, provincial link",
    "W15": "Asset card and depreciation",
    "P03": "Levels and tenancy",
    "P04": "Approval flow",
    "P06": "Submit once, share",
    "P08": "Security, audit trail",
    "P11": "Operations watch",
}


class MissionReport:
    """Runs the tests of mission rows only, and prints their lines."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {}
        self._passed: dict[str, int] = defaultdict(int)
        self._failed: dict[str, int] = defaultdict(int)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        kept = []
        for item in items:
            rows = [str(mark.args[0]) for mark in item.iter_markers("row")]
            if rows:
                self._rows[item.nodeid] = rows
                kept.append(item)
        config.hook.pytest_deselected(items=[each for each in items if each not in kept])
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for row in self._rows.get(report.nodeid, []):
            if report.failed:
                self._failed[row] += 1
            elif report.passed and report.when == "call":
                self._passed[row] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("mission")
        for row in sorted({row for rows in self._rows.values() for row in rows}):
            tests = sum(row in rows for rows in self._rows.values())
            name = NAMES.get(row, "")
            terminalreporter.write_line(
                f"{row} {tests} {self._passed[row]} {self._failed[row]} {name}"
            )
