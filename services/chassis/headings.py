"""Column headings of spreadsheets, compared as people read them."""

from __future__ import annotations

import re
import unicodedata

_AREA = re.compile(r"平方米|平米|m\^2")
_SPACE = re.compile(r"\s+")


def heading_key(heading: str) -> str:
    """The form in which two headings that mean the same are equal.

    White space, full-width forms and the ways to write m² do not count; another
    unit (万元 for 元, 亩 for ㎡) does.
    """
    text = unicodedata.normalize("NFKC", heading)
    text = _SPACE.sub("", text).lower()
    text = text.translate(str.maketrans("[]{}【】〔〕", "()()()()"))
    return _AREA.sub("m2", text)
