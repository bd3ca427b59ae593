"""For which unit somebody acts, where the identity of development is in use."""

from __future__ import annotations

from typing import Any

from cli import catalogue
from cli.arguments import WrongArgument
from cli.client import Client

_PAGE = 500


def rights_within(address: str, user: str, unit: str) -> dict[str, Any] | None:
    """The rights of a clerk of the unit of that name in the directory; None for no unit.

    Raises WrongArgument where the directory has no such unit.
    """
    if not unit:
        return None
    listing = catalogue.method("directory.ListUnits")
    token = ""
    with Client(address, user) as client:
        while True:
            page: Any = client.call(listing, listing.request(page_size=_PAGE, page_token=token))
            for each in page.units:
                if each.name == unit:
                    return {
                        "region": each.region_code,
                        "units": [each.id],
                        "unit_id": each.id,
                        "unit_name": each.name,
                    }
            token = page.next_page_token
            if not token:
                raise WrongArgument(f"单位名录中没有“{unit}”", f"no unit called {unit}")
