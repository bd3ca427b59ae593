"""Sheets of labels as files. The same labels make the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from warehouse.labels.sheet import SHEET_MM, Label

TITLE = "公物仓标签"
_WIDTH, _HEIGHT = SHEET_MM
_FONT = "STSong-Light"
_FONTS = "STSong, SimSun, 'Songti SC', 'Noto Serif CJK SC', serif"
_MM_PER_PT = 25.4 / 72


def as_pdf(sheets: Sequence[Sequence[Label]]) -> bytes:
    """One page for each sheet. The font is one that every viewer has for Chinese; it is named
    and not embedded."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    file = BytesIO()
    canvas = Canvas(file, pagesize=(_WIDTH * mm, _HEIGHT * mm), invariant=1, pageCompression=1)
    canvas.setTitle(TITLE)
    for sheet in sheets:
        for label in sheet:
            _draw(canvas, label)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def as_svg(sheet: Sequence[Label]) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}mm" height="{_HEIGHT:g}mm"'
        f' viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}">',
        f"<title>{TITLE}</title>",
        f'<rect width="{_WIDTH:g}" height="{_HEIGHT:g}" fill="#fff"/>',
        f'<g font-family="{_FONTS}">',
        *(line for label in sheet for line in _told(label)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines).encode()


def _draw(canvas: Canvas, label: Label) -> None:
    path = canvas.beginPath()
    for box in label.boxes:
        bottom = _HEIGHT - box.y - box.height
        path.rect(box.x * mm, bottom * mm, box.width * mm, box.height * mm)
    canvas.drawPath(path, stroke=0, fill=1)
    for text in label.texts:
        canvas.setFont(_FONT, text.size_pt)
        canvas.drawString(text.x * mm, (_HEIGHT - text.y) * mm, _drawable(text.text))


def _told(label: Label) -> list[str]:
    path = "".join(
        f"M{box.x:.3f} {box.y:.3f}h{box.width:.3f}v{box.height:.3f}h-{box.width:.3f}z"
        for box in label.boxes
    )
    texts = (
        f'<text x="{each.x:.3f}" y="{each.y:.3f}" font-size="{each.size_pt * _MM_PER_PT:.3f}">'
        f"{escape(_writable(each.text))}</text>"
        for each in label.texts
    )
    return [f'<path d="{path}"/>', *texts]


def _drawable(text: str) -> str:
    """The encoding of the font ends at U+FFFF; what lies beyond is shown as a box."""
    return "".join(each if each <= "\uffff" else "□" for each in text)


def _writable(text: str) -> str:
    """Without the two characters that XML cannot hold and the contract lets pass."""
    return text.translate({0xFFFE: None, 0xFFFF: None})
