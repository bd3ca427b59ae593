"""What requests about the whole of the master data must satisfy."""

from __future__ import annotations

import re

from chassis.fields import Line, Wrong
from chassis.schemas import RequestSchema

_CURSOR = re.compile(r"[0-3]:[0-9a-f-]{0,36}", re.ASCII)


class Cursor(Line):
    """Which part of the master data, and the id after which it goes on."""

    def __init__(self) -> None:
        super().__init__(40, optional=True)

    def check(self, text: str) -> None:
        if not _CURSOR.fullmatch(text):
            raise Wrong("INVALID_CURSOR", "续传标记无效", "not a cursor of this call")


class RepublishMasterDataSchema(RequestSchema):
    cursor = Cursor()
