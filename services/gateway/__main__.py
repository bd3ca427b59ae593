"""`python -m gateway`: serves until SIGTERM.

Exit codes: 0 ended as asked; 2 refused to start; 70 calls were still going on when the time to
finish was over.
"""

import asyncio
import sys

from pydantic_settings import SettingsError

from chassis import logs
from chassis.contract import ContractMismatch
from chassis.probes import PortTaken
from chassis.settings import SettingsRefused
from gateway.server import serve
from gateway.settings import AccessRefused, GatewaySettings


def main() -> int:
    try:
        settings: GatewaySettings = GatewaySettings.read()
        logs.configure(settings.log_level, "gateway")
        asyncio.run(serve(settings))
    except (AccessRefused, ContractMismatch, PortTaken, SettingsError, SettingsRefused) as error:
        print(f"guanjia: {error}", file=sys.stderr, flush=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
