"""What one check is, and what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "missing", "failed", "skipped"]
GOOD: frozenset[State] = frozenset({"ok", "warning"})
LIMIT_S = 12.0
"""How long one check may take, in real seconds."""


@dataclass(frozen=True)
class Found:
    """What was seen; ``todo`` says in a sentence or two what is to be done, unless all is well."""

    state: State
    seen: str
    todo: str = ""


@dataclass(frozen=True)
class Check:
    """Something to be tried: by ``look``, once those in ``after`` went well (``group/name``).

    ``look`` may raise ``ConnectorError``: the connection failed, in that error's words, and
    ``todo`` says what to do then.
    """

    connection: str
    name: str
    look: Callable[[], Found]
    after: tuple[str, ...] = ()
    todo: str = ""

    @property
    def id(self) -> str:
        """``connection/name``."""
        return f"{self.connection}/{self.name}"


@dataclass(frozen=True)
class Line:
    """One line of the answer."""

    connection: str
    name: str
    state: State
    seen: str
    todo: str


def ok(seen: str) -> Found:
    """All is well."""
    return Found("ok", seen)


def warning(seen: str, todo: str) -> Found:
    """It works, and somebody should look at it."""
    return Found("warning", seen, todo)


def missing(seen: str, todo: str) -> Found:
    """Something was not set up yet."""
    return Found("missing", seen, todo)


def failed(seen: str, todo: str) -> Found:
    """Something is set up and does not work."""
    return Found("failed", seen, todo)
