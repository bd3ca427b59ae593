"""Objects with a state that says what may be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy.orm import Mapped

from chassis.errors import IllegalState

S = TypeVar("S", bound=StrEnum)


class Stateful(Generic[S]):
    """A model with a column `state`; `state_names` is what people call each state."""

    state: Mapped[S]
    state_names: ClassVar[Mapping[Any, str]]

    def require(self, act_zh: str, act_en: str, *states: S) -> None:
        """Raises IllegalState where the act is asked for in none of these states."""
        if self.state not in states:
            name = self.state_names[self.state]
            raise IllegalState.move(act_zh, act_en, name, str(self.state))
