"""The answer of every probe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["up", "down", "unknown"]
LIMIT_S = 8.0
"""The longest that one probe may take."""


@dataclass(frozen=True)
class ProbeLook:
    """Up, down or can't tell (``unknown``), in plain words; seconds where something answered."""

    state: State
    detail: str
    latency_s: float | None = None
