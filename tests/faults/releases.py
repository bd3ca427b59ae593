"""The next release, made from this one, and processes that give way to it one by one.

What it brings is what a release may bring while the one before still runs: a field of a
message with its nullable column, and a field of a fact that the subscriber notes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chassis.platform import SERVICES
from cli.layout import Layout
from cli.platform import Platform
from tests.processes import metric
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
UNTOLD = "移交单位未说明事由"
"""What the next release notes at an intake whose fact came from the release before."""

_MARK = "guanjia_next_release"
_QUICK = {"GUANJIA_OUTBOX_POLL_S": "1", "GUANJIA_RETRY_DELAYS_S": "[0.5, 1, 2, 4, 8]"}


@dataclass(frozen=True)
class Release:
    """Code that processes run. `path` goes before what is installed; empty: nothing does."""

    path: str
    is_next: bool


THIS = Release(os.environ.get("PYTHONPATH", ""), False)


def next_release(folder: Path) -> Release:
    """Writes the next release into `folder`, its contracts generated anew."""
    for part in ("services", "proto"):
        shutil.copytree(ROOT / part, folder / part)
    contracts, services = folder / "proto" / "guanjia", folder / "services"
    _add_field(contracts / "housing/v1/properties.proto", "Property", "string heating")
    _add_field(contracts / "housing/v1/events.proto", "DisposalApproved", "string reason")
    _add_field(contracts / "asset/v1/asset.proto", "AssetsReleased", "string reason")
    subprocess.run([sys.executable, folder / "proto" / "generate.py"], check=True)
    for name, old, new in _CHANGES:
        _change(services / name, old, new)
    _add_column(services / "housing" / "migrations")
    return Release(os.pathsep.join(map(str, (services, services / "contracts"))), True)


class Fleet:
    """Two replicas of each service behind two gateways, by name: housing, …, gateway-2."""

    def __init__(self, make: Callable[..., Platform]) -> None:
        services = tuple(SERVICES)
        self.platform = make(
            *services,
            storage="postgresql",
            replicas=dict.fromkeys(services, 2),
            environment=dict.fromkeys(services, _QUICK),
        )
        # A platform of a gateway alone, on the same bus.
        offered = {"gateway": {"GUANJIA_SERVICES": ",".join(services)}}
        second = make(broker=self.platform.broker_url, environment=offered)
        self.gateways = (self.platform.gateway, second.gateway)
        self._found = {name: (self.platform, name) for name in self.platform.processes}
        self._found["gateway-2"] = (second, "gateway")

    @property
    def names(self) -> list[str]:
        """The first replica of everything, then the second; gateways after services."""
        return sorted(self._found, key=lambda name: ("gateway" in name, name.endswith("-2"), name))

    def migrate(self, release: Release) -> None:
        """As an operator does before the release: while the others run."""
        for service in self.platform.services:
            # The layout's own one migrates nothing: its database was a copy of a migrated one.
            migration = Layout.migration(self.platform.layout, service)
            migration.environment["PYTHONPATH"] = release.path
            migration.start()
            assert migration.wait(60) == 0, migration.tail()

    def roll(self, name: str, release: Release) -> None:
        """Another process in the place of one that has worked; it works by the end of this.

        The one before ends in good order, or this fails.
        """
        platform, own = self._found[name]
        process = platform.processes[own]
        self.await_work(name)
        process.stop()
        assert process.exit_code == 0, (name, process.tail())
        platform.restart(own, {"PYTHONPATH": release.path})
        assert metric(process, _MARK) == release.is_next, f"{name} runs another release"
        self.await_work(name)

    def await_work(self, name: str) -> None:
        """Until a process has answered calls, and facts where there are any for it."""
        platform, own = self._found[name]
        process = platform.processes[own]
        of = {"service": name.removesuffix("-2"), "code": "OK"}
        eventually(lambda: metric(process, "guanjia_call_seconds_count", **of) > 0, within_s=60)
        if name.startswith("warehouse"):
            done = {"outcome": "done"}
            eventually(lambda: metric(process, "guanjia_reaction_seconds_count", **done) > 0, 60)


_CHANGES = (
    (
        "housing/properties/model.py",
        '    __tablename__ = "properties"\n',
        '    __tablename__ = "properties"\n'
        "    heating: Mapped[str | None] = mapped_column(String(100))\n",
    ),
    (
        "housing/properties/schemas.py",
        "class PropertySchema(FiguresSchema):\n",
        "class PropertySchema(FiguresSchema):\n    heating = Line(100, optional=True)\n",
    ),
    (
        "housing/properties/usecases.py",
        "_FIELDS = tuple(register.HEADINGS)\n",
        '_FIELDS = (*register.HEADINGS, "heating")\n',
    ),
    (
        "warehouse/intakes/reactions.py",
        "            line_id=each.line_id,\n",
        f'            line_id=each.line_id,\n            remark=fact.reason or "{UNTOLD}",\n',
    ),
    (
        "chassis/metrics.py",
        'ready = Gauge("guanjia_ready"',
        f'Gauge("{_MARK}", "Always 1").set(1)\nready = Gauge("guanjia_ready"',
    ),
)
"""File, what stands there once, what takes its place."""

_REVISION = '''\
"""How properties are heated."""

import sqlalchemy as sa

from chassis.migrate import add_columns, drop_columns

revision = "{revision}"
down_revision = "{before}"
branch_labels = None


def upgrade() -> None:
    add_columns("properties", sa.Column("heating", sa.String(100)))


def downgrade() -> None:
    drop_columns("properties", "heating")
'''


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, f"{file} has changed; it no longer says once: {old}"
    file.write_text(text.replace(old, new))


def _add_field(file: Path, message: str, field: str) -> None:
    """Under the next free number."""
    opening = f"message {message} {{\n"
    body = file.read_text().partition(opening)[2].partition("\n}\n")[0]
    number = max(int(each) for each in re.findall(r" = (\d+)[ ;]", body)) + 1
    _change(file, opening, f"{opening}  {field} = {number};\n")


def _add_column(migrations: Path) -> None:
    last = max(each.name for each in migrations.glob("h[0-9]*.py"))
    before = last.partition("_")[0]
    revision = f"h{int(before[1:]) + 1:04}"
    text = _REVISION.format(revision=revision, before=before)
    (migrations / f"{revision}_heating.py").write_text(text)
