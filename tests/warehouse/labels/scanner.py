"""Reads QR codes (GB/T 18284-2000) from their modules, as a scanner does; versions 1 to 3, level M,
without correcting errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

Modules = Sequence[Sequence[bool]]

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FORMAT_MASK = 0b101010000010010
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, j: i % 2 == 0,
    lambda i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: (i * j) % 2 + (i * j) % 3 == 0,
    lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2 == 0,
)


def read(modules: Modules) -> str:
    """The text that a code holds."""
    mask = _MASKS[_format(modules) & 0b111]
    bits = "".join(
        str(int(bool(modules[row][column]) != mask(row, column)))
        for row, column in _path(len(modules))
    )
    mode, rest = int(bits[:4], 2), bits[4:]
    if mode == 0b0010:
        return _letters(int(rest[:9], 2), rest[9:])
    if mode == 0b0001:
        return _digits(int(rest[:10], 2), rest[10:])
    assert mode == 0b0100, f"mode {mode}"
    count, data = int(rest[:8], 2), rest[8:]
    octets = bytes(int(data[each * 8 : each * 8 + 8], 2) for each in range(count))
    return octets.decode()


def _format(modules: Modules) -> int:
    """Level and mask: the five bits that ten others guard."""
    places = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)]
    places += [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    word = int("".join(str(int(bool(modules[row][column]))) for row, column in places), 2)
    told = (word ^ _FORMAT_MASK) >> 10
    assert told >> 3 == 0b00, "level M"
    return told


def _path(size: int) -> Iterator[tuple[int, int]]:
    """The places of data, two columns at a time, up and down."""
    assert size in (21, 25, 29)
    upwards = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for row in reversed(range(size)) if upwards else range(size):
            for column in (right, right - 1):
                if not _is_pattern(size, row, column):
                    yield row, column
        upwards = not upwards


def _is_pattern(size: int, row: int, column: int) -> bool:
    finder = (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9)
    aligns = size > 21 and all(size - 9 <= each <= size - 5 for each in (row, column))
    return finder or aligns or 6 in (row, column)


def _digits(count: int, bits: str) -> str:
    text = ""
    while len(text) < count:
        group = min(3, count - len(text))
        length = 3 * group + 1
        text += f"{int(bits[:length], 2):0{group}}"
        bits = bits[length:]
    return text


def _letters(count: int, bits: str) -> str:
    text = ""
    while count - len(text) >= 2:
        pair, bits = divmod(int(bits[:11], 2), 45), bits[11:]
        text += _LETTERS[pair[0]] + _LETTERS[pair[1]]
    return text + (_LETTERS[int(bits[:6], 2)] if count > len(text) else "")
