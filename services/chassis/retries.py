"""A transaction tried again as a whole, where the database says that it may work then."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import exc
from sqlalchemy.orm.exc import StaleDataError

from chassis.errors import Conflict, DomainError, InvalidInput, Unavailable, unavailable
from chassis.storage.database import is_duplicate

R = TypeVar("R")

ATTEMPTS = 5


def as_a_whole(attempt: Callable[[], R]) -> R:
    """Runs a whole transaction again where the database says that it may work then.

    A unique key taken meanwhile or a row changed meanwhile counts as well: seen
    again, the use case gives the right answer.
    """
    for number in range(1, ATTEMPTS + 1):
        try:
            return attempt()
        except DomainError:
            raise
        except exc.DataError as error:
            zh, en = "数据超出存储范围", "a value does not fit where it is kept"
            raise InvalidInput.field("", "INVALID_DATA", zh, en) from error
        except (exc.DBAPIError, exc.TimeoutError, StaleDataError) as error:
            if not _may_pass(error):
                raise
            if number == ATTEMPTS or _is_timeout(error):
                raise _gave_up(error) from error
            time.sleep(random.uniform(0.5, 1) * 0.01 * 2**number)
    raise AssertionError("unreachable")


def _sqlstate(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None), "pgcode", None) or "")


def _may_pass(error: Exception) -> bool:
    if isinstance(error, exc.IntegrityError):
        return is_duplicate(error)
    if isinstance(error, StaleDataError | exc.TimeoutError):
        return True
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, exc.OperationalError):
        return True
    return _sqlstate(error)[:2] in ("40", "53", "57", "58") or _sqlstate(error) == "55P03"


def _is_timeout(error: Exception) -> bool:
    """Waiting longer did not help once; the caller decides about waiting again."""
    return isinstance(error, exc.TimeoutError) or _sqlstate(error) in ("55P03", "57014")


def _gave_up(error: Exception) -> DomainError:
    if isinstance(error, StaleDataError):
        return Conflict.stale()
    if isinstance(error, exc.IntegrityError):
        return Conflict("BUSY", "数据正被他人修改，请重试", "changed by others at the same time")
    reason: Unavailable = unavailable("数据库暂不可用，请稍后重试", "the database is away")
    return reason
