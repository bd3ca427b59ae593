"""A load client, a process of its own: `python -m tests.bench.clients KIND SPECIFICATION`.

It prepares what it needs, says how many commands that took, and then makes a run for each
line of standard input, such as {"in_flight": 16, "seconds": 5}, and answers with a Sample.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict
from typing import Any, Protocol

from tests.bench.load import Sample

KINDS = {
    "guanjia-read": "grpc_calls:Reads",
    "guanjia-command": "grpc_calls:Commands",
    "guanjia-fact": "fact_calls:Facts",
    "grpc-echo": "grpc_calls:Echoes",
    "http-read": "http_calls:Reads",
    "http-command": "http_calls:Commands",
    "amqp-echo": "amqp_calls:Echoes",
    "amqp-fact": "amqp_facts:Facts",
    "sql": "sql_calls:Statements",
    "fsync": "disk_calls:Syncs",
}


class Calls(Protocol):
    """What a client does; `prepared` counts the commands it took to prepare."""

    prepared: int

    def run(self, in_flight: int, seconds: float, **asked: Any) -> Sample: ...


def make(kind: str, specification: dict[str, Any]) -> Calls:
    module, _, name = KINDS[kind].partition(":")
    calls: Calls = getattr(importlib.import_module(f"tests.bench.clients.{module}"), name)(
        **specification
    )
    return calls


def main() -> None:
    calls = make(sys.argv[1], json.loads(sys.argv[2]))
    _say({"prepared": calls.prepared})
    for line in sys.stdin:
        _say(asdict(calls.run(**json.loads(line))))


def _say(told: dict[str, Any]) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
