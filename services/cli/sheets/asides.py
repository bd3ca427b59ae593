"""Rows below the headings that are no rows of the table: totals, notes, captions."""

from __future__ import annotations

import re
from enum import StrEnum

from cli.sheets.headings import HeadingRow


class Why(StrEnum):
    """Why a row below the headings is no row of the table; the value is for people."""

    BLANK = "空行"
    TOTAL = "合计行"
    NOTE = "表外说明"
    CAPTION = "分组标题"
    HEADING = "重复的标题行"


_TOTAL = re.compile(
    r"([^\d:：]{0,12}([合小总共]\s*计)|累\s*计)\s*[:：]?\s*([(（].*)?|其\s*中\s*[:：].*", re.DOTALL
)
_NOTE = re.compile(
    r"(备\s*注|附?注|说\s*明|填表说明|填[表报制](人|单位|日期|时间)?|制表人?|编制(人|单位|日期)|审[核批]人?"
    r"|复核人?|负责人|单位(负责人|领导|盖章)|经办人|联系(人|电话|方式)|打印(人|日期|时间))"
    r"\s*\d*\s*([:：、.．(（\s].*)?",
    re.DOTALL,
)
_NUMBERING = {"序号", "no.", "no", "#"}


def why_not(
    filled: list[str],
    cells: dict[str, str],
    headings: HeadingRow,
    *,
    after_note: bool,
) -> Why | None:
    """None for a row of the table. `filled` are its filled cells, from the left."""
    if not filled:
        return Why.BLANK
    leading = filled[1] if len(filled) > 1 and filled[0].isdigit() else filled[0]
    if _TOTAL.fullmatch(leading):
        return Why.TOTAL
    if _NOTE.fullmatch(filled[0]) or (after_note and len(filled) == 1):
        return Why.NOTE
    told = [column for column in headings.columns if cells[column.key]]
    if all(column.key.casefold() in _NUMBERING for column in told):
        # Forms come numbered down to the last line; captions are merged across.
        return Why.BLANK if filled[0].isdigit() else Why.CAPTION
    if all(cells[column.key] == column.typed for column in told):
        return Why.HEADING
    return None
