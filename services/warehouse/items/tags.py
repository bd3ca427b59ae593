"""What a tag must not say: a scanner reads codes as well as tags, and one text must not mean two
cards."""

from __future__ import annotations

import re
from collections.abc import Collection

from chassis.storage import UnitOfWork
from warehouse.items.model import Item
from warehouse.items.states import ItemState

CODE_OF_OTHER = (
    "CODE_OF_OTHER",
    "与其他卡片的卡片编号或资产编号相同",
    "the code of another card or asset",
)
_CARD_CODE = re.compile(r"GW-\d{4}-\d{6,}")


def codes_among(uow: UnitOfWork, texts: Collection[str]) -> set[str]:
    """Those that are the code of a card, now or one day, or of an asset that has one."""
    assets = uow.taken(Item.asset_code, list(texts), Item.state != ItemState.GONE)
    return assets | {each for each in texts if _CARD_CODE.fullmatch(each)}
