"""What a pack does not tell: addresses, unless they are asked for; links and codes, never.

A link or code in a message lets who holds it answer as its reader while the question is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kitart.plan.addresses import INSIDE_TEXT, masked

LINK = re.compile(r"(https?://[^\s/]+(?:/[^\s/]+)*?/(?:a|d|c|r|v|o|in|twilio/voice)/)[^\s\"'<>]+")
CODE = re.compile(r"(?m)^((?:Code|Kód)\b[^:\n]*: )\S+")


def without_links(text: str) -> str:
    """A text of a message without what lets its reader answer."""
    return CODE.sub(r"\1[left out]", LINK.sub(r"\1[left out]", text))


class Mask:
    """Takes known addresses out of values, wherever they stand in them."""

    def __init__(self, addresses: Iterable[str], *, show: bool) -> None:
        known = {each for each in addresses if each}
        self._show = show
        self._whole = {each: masked(each) for each in known}
        inside = sorted((e for e in known if len(e) > INSIDE_TEXT), key=lambda e: (-len(e), e))
        self._inside = re.compile("|".join(map(re.escape, inside))) if inside else None

    def __call__(self, value: Any) -> Any:
        """The value with every known address masked; as it is when addresses are to be shown."""
        if self._show:
            return value
        if isinstance(value, Mapping):
            return {name: self(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if text in self._whole:
            return self._whole[text]
        if self._inside is None:
            return text
        return self._inside.sub(lambda found: self._whole[found[0]], text)


def addresses_in(plan: Any) -> set[str]:
    """Every address of a plan's snapshot: of people, agents, clients and suppliers."""
    found: set[str] = set()
    if isinstance(plan, Mapping):
        for name, value in plan.items():
            if name in ("address", "phone", "mail") and isinstance(value, str):
                found.add(value)
            else:
                found |= addresses_in(value)
    elif isinstance(plan, list):
        for value in plan:
            found |= addresses_in(value)
    return found
