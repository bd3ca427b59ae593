"""What every document with states promises of its moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chassis.errors import IllegalState

Moves = Mapping[str, Callable[[Any], object]]
Legal = Mapping[tuple[Any, str], Any]
"""The picture: state and move → the state it leads to."""


def moves_hold(
    document: Any, move: str, moves: Moves, legal: Legal, shown: Callable[[Any], object]
) -> None:
    """A legal move leads where the picture says; an illegal one raises and changes nothing of
    what `shown` tells."""
    begun = document.state
    if (begun, move) in legal:
        moves[move](document)
        assert document.state is legal[begun, move]
        return
    before = shown(document)
    with pytest.raises(IllegalState) as refused:
        moves[move](document)
    assert refused.value.reason == "ILLEGAL_STATE"
    assert shown(document) == before
