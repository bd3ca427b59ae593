"""A guard stands between Guanjia and a server it runs, so that none is left behind.

    whoever started it ──(a pipe)──> guard ──(PR_SET_PDEATHSIG)──> companions, server

- The pipe closes, because the server is to stop or because its starter died in any way,
  SIGKILL included: the guard asks the server to end, and kills it after a grace period.
- The server ends or is killed: the guard, being the subreaper, kills all it left behind.
- The guard is killed: the kernel kills the companions and the server.

PR_SET_PDEATHSIG alone would not do: it follows the thread, not the process, that started
the server, and does not reach what the server started itself.

Run as a script: the only argument is a plan; the standard output is the server's process
id; the exit code is the server's.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Plan:
    """What a guard runs, and how it ends it."""

    server: list[str]
    companions: list[list[str]] = field(default_factory=list)  # started first, ended last
    end_signal: int = signal.SIGTERM
    grace: float = 10.0  # seconds from the signal to the kill

    def command(self) -> list[str]:
        """The command line of a guard that carries out this plan."""
        return [sys.executable, "-I", "-S", __file__, json.dumps(asdict(self))]


def children_of(parent: int) -> list[int]:
    """Process ids, without grandchildren."""
    found: list[int] = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may contain anything; the state and the parent follow.
            ppid = int(each.read_text(errors="replace").rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if ppid == parent:
            found.append(int(each.parent.name))
    return found


def send(number: int, *processes: int) -> None:
    """Sends a signal to those processes that still are."""
    for each in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, number)


def carry_out(plan: Plan) -> int:
    """Returns when the server has ended and nothing of it is left: its exit code.

    As a shell tells it: 128 + n when signal n ended it.
    """
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    started = [
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
        )
        for command in (*plan.companions, plan.server)
    ]
    for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # it ends when the server has ended
    server = started[-1].pid
    print(server, flush=True)
    threading.Thread(target=_end_with_starter, args=(plan, server), daemon=True).start()
    ended, status = os.wait()
    while ended != server:
        ended, status = os.wait()
    _kill_the_rest()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _end_with_starter(plan: Plan, server: int) -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written; sys.stdin would bar the exit
    send(signal.SIGCONT, server, *children_of(server))  # one that is frozen could not obey
    send(plan.end_signal, server)
    time.sleep(plan.grace)
    send(signal.SIGKILL, server)


def _kill_the_rest() -> None:
    while True:
        send(signal.SIGKILL, *children_of(os.getpid()))
        try:
            os.wait()  # what it had started becomes ours
        except ChildProcessError:
            return


if __name__ == "__main__":
    sys.exit(carry_out(Plan(**json.loads(sys.argv[1]))))
