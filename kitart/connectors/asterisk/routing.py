"""Emergency routing in Asterisk's own database: one value a line, which the dialplan reads.

A value is ``mode|version|moment|who``. It is written by the dialplan itself, under a lock and only
where the version is still the expected one: the database alone can't compare and set (R38, D5).
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from urllib.parse import quote, unquote

from kitart.clock import as_utc
from kitart.connectors.asterisk.manager import Manager, Refused
from kitart.connectors.errors import ConnectorError
from kitart.connectors.voice import Mode, RoutingConflict, RoutingMode

FAMILY = "kitart"
SWITCH = "Local/set@kitart-switch"
SWITCH_LIMIT_MS = "5000"
NOT_FOUND = "Database entry not found"
MODES: tuple[str, ...] = get_args(Mode)


def read(manager: Manager, line: str) -> RoutingMode:
    """How the line stands; ``normal`` at version 0 where nothing was ever set.

    Raises ``ConnectorError`` for a value that is none of ours.
    """
    return _mode(line, _value(manager, line))


def write(
    manager: Manager, line: str, mode: Mode, expected_version: int, set_by: str, at: datetime
) -> RoutingMode:
    """Set the line if it is still at ``expected_version``, and read it back.

    Raises ``RoutingConflict`` when it is not, ``ConnectorError`` when it reads otherwise.
    """
    version = expected_version + 1
    # Who is quoted: a comma would end the variable on its way into the dialplan.
    value = f"{mode}|{version}|{at.isoformat()}|{quote(set_by, safe=' ')}"
    try:
        manager.act(
            "Originate", Channel=SWITCH, Application="NoOp", Async="false",
            Timeout=SWITCH_LIMIT_MS,
            Variable=(
                f"KITART_LINE={line}",
                f"KITART_EXPECTED={expected_version or ''}",
                f"KITART_VALUE={value}",
            ),
        )  # fmt: skip
    except Refused as refused:
        raise ConnectorError(
            f"Asterisk could not switch {line} ({refused.said}): does extensions.conf include "
            "kitart-extensions.conf, and may our user originate?",
            permanent=True,
        ) from None
    held = _value(manager, line)
    now = _mode(line, held)
    if held == value:
        return now
    if now.version != expected_version:
        raise RoutingConflict(now, expected_version)
    raise ConnectorError(
        f"line {line} was set to {mode} but reads {now.mode} (version {now.version}): look at it "
        "again"
    )


def _value(manager: Manager, line: str) -> str:
    try:
        found = manager.act("DBGet", Family=FAMILY, Key=line)
    except Refused as refused:
        if refused.said == NOT_FOUND:
            return ""
        raise
    return next((each["Val"] for each in found if "Val" in each), "")


def _mode(line: str, value: str) -> RoutingMode:
    if not value:
        return RoutingMode(line, "normal", 0)
    mode, version, at, who = [*value.split("|", 3), "", "", ""][:4]
    if mode not in MODES or not (version.isdecimal() or not version):
        raise ConnectorError(
            f"Asterisk has {value!r} for {line}; right would be one of {', '.join(MODES)}, with "
            f"its version: set it by 'database put {FAMILY} {line} normal'",
            permanent=True,
        )
    set_at = None
    if at:
        try:
            set_at = as_utc(datetime.fromisoformat(at))
        except ValueError:
            set_at = None
    return RoutingMode(line, mode, int(version or 0), set_at, unquote(who))  # type: ignore[arg-type]
