"""What everybody who plays a part in the load shares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.load.figures import Figures
from sandbox.load.monitors import Accepted
from sandbox.load.size import Size
from sandbox.load.web import Web
from sandbox.stack import Stack


@dataclass(frozen=True)
class Answered:
    """An answer that was acknowledged: by whom, to which question of which kind, what."""

    person: str
    kind: str
    question: str
    answer: str


@dataclass
class Scene:
    """The installation, what is played on it and what came of it so far.

    ``staying`` are the numbers of the incidents that nobody ends; ``posted`` when the alert that
    opened an incident was posted, by its number, in seconds since the epoch.
    """

    stack: Stack
    size: Size
    web: Web
    figures: Figures
    accepted: Accepted = field(default_factory=Accepted.none)
    answered: list[Answered] = field(default_factory=list)
    staying: set[str] = field(default_factory=set)
    posted: dict[str, float] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    over: bool = False

    def at(self, path: str) -> str:
        """An address of the gateway."""
        return f"{self.stack.gateway_url}{path}"

    def webhook_secrets(self) -> Mapping[str, str]:
        """What each source proves itself with."""
        found: dict[str, str] = json.loads(self.stack.env["KITART_WEBHOOK_SECRETS"])
        return found
