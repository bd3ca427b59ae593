"""The keys of the identity provider: read when due, the last good ones kept."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

from chassis import logs
from chassis.errors import Unavailable
from gateway.identity.jwks import Key, parse

log = logs.get("keys")

MAX_BYTES = 1024 * 1024
AGAIN_S = 10
"""At most so often for a key we do not know, and after a failure."""
_TIMEOUT_S = 5


class Keys:
    """The keys at `source`: a file, or an http(s) URL. Used from one event loop only.

    `version` changes with them. Nothing is read in the background: who needs a key
    when the keys are due waits for them, but not while the source is known to be away.
    """

    def __init__(
        self, source: str, kept_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._kept_s = kept_s
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._content = b""
        self._due = self._may_ask_at = clock()
        self._is_away = False
        self._reading: asyncio.Task[None] | None = None
        self.version = 0

    async def current(self) -> int:
        """The version, once the keys are no longer due."""
        if self._clock() >= self._due:
            await self.refresh()
        return self.version

    async def key(self, kid: str) -> Key | None:
        """The key of that id; None if there is none.

        Raises Unavailable where that cannot be told, since the source is away.
        """
        if kid not in self._keys and (self._is_reading or self._clock() >= self._may_ask_at):
            await self.refresh()
        if kid not in self._keys and self._is_away:
            raise Unavailable(
                "IDENTITY_PROVIDER_AWAY",
                "暂时无法核对身份，请稍后重试",
                "the identity provider's keys cannot be read; try again later",
            )
        return self._keys.get(kid)

    async def refresh(self) -> None:
        """Reads the keys; one reading at a time. Raises nothing."""
        if not self._is_reading:
            self._reading = asyncio.create_task(self._refresh())
        if self._reading and not (self._is_away and self._keys):
            await asyncio.shield(self._reading)

    @property
    def _is_reading(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def _refresh(self) -> None:
        self._due = self._may_ask_at = self._clock() + AGAIN_S
        try:
            content = await asyncio.to_thread(_read, self._source)
            found = parse(content)
        except (OSError, ValueError, HTTPException) as error:
            self._is_away = True
            log.error("cannot read the keys", source=self._source, error=str(error)[:200])
            return
        self._is_away = False
        self._due = self._clock() + max(self._kept_s, AGAIN_S)
        if content != self._content:
            self._keys, self._content = found, content
            self.version += 1
            log.info("keys", source=self._source, kids=sorted(found))


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The configured address answers itself, or not at all."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _read(source: str) -> bytes:
    """Blocks for some seconds; raises OSError, ValueError or HTTPException."""
    if source.startswith(("https://", "http://")):
        opener = urllib.request.build_opener(_NoRedirects)
        with opener.open(source, timeout=_TIMEOUT_S) as answer:
            content: bytes = answer.read(MAX_BYTES + 1)
    else:
        with Path(source).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("over 1 MiB")
    return content
