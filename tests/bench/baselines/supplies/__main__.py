"""Runs one of the two services: `python -m tests.bench.baselines.supplies gateway|service`.

nameko's own command line cannot run beside a current setuptools; this does what it does.
Settings come as JSON in the variable SUPPLIES_CONFIG.
"""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

from nameko.runners import ServiceRunner  # noqa: E402

from tests.bench.baselines.supplies.gateway import GatewayService  # noqa: E402
from tests.bench.baselines.supplies.service import SuppliesService  # noqa: E402


def main(role: str) -> None:
    runner = ServiceRunner(config=json.loads(os.environ["SUPPLIES_CONFIG"]))
    runner.add_service({"gateway": GatewayService, "service": SuppliesService}[role])
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(runner.stop))
    runner.start()
    print("ready", flush=True)
    runner.wait()


if __name__ == "__main__":
    main(sys.argv[1])
