"""The command is a gRPC client and a supervisor: it knows no service and no framework of one."""

from __future__ import annotations

import subprocess
import sys

_PARTS = "cli.main, cli.call, cli.ledgers, cli.export, cli.audit, cli.up, cli.demo"
_LOAD = f"import {_PARTS}, sys; print(*sys.modules)"
_FOREIGN = {"nameko", "eventlet", "sqlalchemy", "alembic", "marshmallow", "psycopg2"}
_OURS = {"directory", "housing", "warehouse", "gateway"}


def test_no_service_and_no_framework_of_one_is_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)
    assert not {name.partition(".")[0] for name in done.stdout.split()} & (_FOREIGN | _OURS)
