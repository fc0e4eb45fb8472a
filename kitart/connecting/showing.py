"""The answer as a person reads it in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from rich.text import Text

from kitart.connecting.check import Line, State

TITLES = {
    "plan": "The plan",
    "journal": "The journal",
    "prefect": "Prefect",
    "gateway": "The gateway's public address",
    "microsoft": "Microsoft 365",
    "vcc": "VCC Live",
    "sms": "SMS gateway",
    "smtp": "Second way for mail",
    "voice": "Voice calls",
    "chat": "Chats",
    "monitoring": "Monitoring",
}
STYLES: dict[State, str] = {
    "ok": "green",
    "warning": "yellow",
    "missing": "bold red",
    "failed": "bold red",
    "skipped": "dim",
}
STATE_WIDTH, NAME_WIDTH = 9, 25
"""In letters, with the space after them; an alert source's names are the longest."""
NARROWEST = 30


def shown(lines: Sequence[Line], width: int) -> Iterator[Text]:
    """A heading a connection, a line a check, under it what to do; a sum at the end.

    Text is wrapped at ``width`` letters; addresses are left whole, so that they can be copied.
    """
    for connection, group in groupby(lines, key=lambda line: line.connection):
        yield Text(f"\n{TITLES[connection]} ({connection})", style="bold")
        for line in group:
            yield _row(line, width)
    yield Text(f"\n{total(lines)}")


def _row(line: Line, width: int) -> Text:
    indent = 2 + STATE_WIDTH + NAME_WIDTH
    seen = _wrapped(line.seen, width - indent)
    if line.todo:
        first, *rest = _wrapped(line.todo, width - indent - 2)
        seen += [f"→ {first}", *(f"  {each}" for each in rest)]
    row = Text("  ").append(f"{line.state:<{STATE_WIDTH}}", style=STYLES[line.state])
    row.append(f"{line.name:<{NAME_WIDTH}}")
    return row.append(f"\n{' ' * indent}".join(seen))


def _wrapped(text: str, width: int) -> list[str]:
    wide = max(NARROWEST, width)
    return wrap(text, wide, break_long_words=False, break_on_hyphens=False) or [""]


def total(lines: Sequence[Line]) -> str:
    """``12 ok, 1 warning, 2 failed.``"""
    counts = Counter(line.state for line in lines)
    plural = {"warning": "warnings"} if counts["warning"] != 1 else {}
    return ", ".join(f"{counts[s]} {plural.get(s, s)}" for s in STYLES if counts[s]) + "."
