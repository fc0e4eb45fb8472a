"""The fence around an exercise: nobody outside its list is reached, no other line is touched (D4).

It stands in the connector layer, so it holds whatever the code above asks for (DESIGN decision 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kitart.connectors.errors import ConnectorError

PARTING = ("exercise-left", "exercise-over")
"""The texts that tell somebody that the exercise is over for them: they reach also who is gone."""
TAKES_BACK = ("stand-down", "withdrawn", "contact-test-result")
"""What may still be said once it is over: what takes back, and what came of it."""


class Fenced(ConnectorError):
    """A recipient or a line is outside the exercise; asking again can't help."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True)
class Fence:
    """What an exercise may reach.

    ``addresses`` are the players' (channel kind, address) with the code of each one's owner;
    ``lines`` those in scope. ``gone`` are players who get nothing any more, with the reason, and
    ``dead`` the kinds of channel that the exercise plays as dead. ``never`` are the addresses of
    clients, suppliers and lines out of scope: they are refused also where somebody has given them
    to a player by mistake. Once it is ``over`` only what takes back passes.
    """

    exercise: str
    addresses: Mapping[tuple[str, str], str]
    lines: frozenset[str] = frozenset()
    gone: Mapping[str, str] = field(default_factory=dict)
    dead: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    over: bool = False

    def let_through(self, channel: str, address: str, whom: str, purpose: str = "") -> None:
        """Nothing, for an address of a player; else raises ``Fenced``.

        ``whom`` is the recipient's code, for the words; ``purpose`` that of the message.
        """
        kind, plain = key(channel, address)
        owner = self.addresses.get((kind, plain))
        if owner is None or plain in self.never:
            raise Fenced(f"{channel} to {whom}: outside the exercise {self.exercise}")
        if purpose in PARTING:
            return
        if self.over and purpose not in TAKES_BACK:
            raise Fenced(f"{channel} to {owner}: the exercise {self.exercise} is over")
        if owner in self.gone:
            raise Fenced(f"{channel} to {owner}: {self.gone[owner]}")
        if channel in self.dead:
            raise Fenced(f"{channel} to {owner}: the exercise plays {channel} as dead")

    def let_touch(self, line: str) -> None:
        """Nothing, for a line in scope; else raises ``Fenced``."""
        if line not in self.lines:
            raise Fenced(f"line {line}: outside the exercise {self.exercise}")


def key(channel: str, address: str) -> tuple[str, str]:
    """An address as it is compared: the same mailbox is written in many ways, a number in one."""
    return channel, address.strip().casefold()
