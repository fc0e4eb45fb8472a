"""Runs checks beside one another, each and all of them within a limit."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Iterable, Sequence
from functools import partial

from kitart.clock import monotonic_s
from kitart.connecting.check import GOOD, LIMIT_S, Check, Found, Line, failed
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HostPaused, ServiceRefused
from kitart.plan.problems import PlanError

log = logging.getLogger(__name__)
ALL_S = 25.0
"""How long all checks together may take, in real seconds: whatever is not done by then is said."""
WAIT = "Nothing shows that a setting is wrong: wait a while, then run this again."
HIDDEN = "•••"
SHORTEST_SECRET = 4
"""Shorter ones would be found in every other word; a setting so short is no secret."""


def run(
    checks: Sequence[Check],
    secrets: Iterable[str] = (),
    *,
    limit_s: float = LIMIT_S,
    all_s: float = ALL_S,
) -> list[Line]:
    """Every check's line, in the order given; never raises for what a check meets.

    A check begins when those before it went well, and is skipped when one did not. ``secrets``
    are struck from every text.
    """
    hidden = to_hide(secrets)
    round = _Round(checks, monotonic_s() + all_s, limit_s)
    found = round.run()
    return [
        Line(
            check.connection,
            check.name,
            found[check.id].state,
            without(found[check.id].seen, hidden),
            without(found[check.id].todo, hidden),
        )
        for check in checks
    ]


class _Round:
    """One run of all checks. Threads that hang are left behind: they end with the process."""

    def __init__(self, checks: Sequence[Check], ends_at_s: float, limit_s: float) -> None:
        self._checks = {check.id: check for check in checks}
        self._ends_at_s = ends_at_s
        self._limit_s = limit_s
        self._found: dict[str, Found] = {}
        self._began_at_s: dict[str, float] = {}
        self._changed = threading.Condition()

    def run(self) -> dict[str, Found]:
        with self._changed:
            while len(self._found) < len(self._checks):
                self._give_up()
                self._begin()
                if len(self._found) < len(self._checks):
                    self._changed.wait(self._until_next_limit_s())
            return dict(self._found)

    def _begin(self) -> None:
        """Start what may start, and skip what can't any more."""
        moved = True
        while moved:
            moved = False
            for check in self._checks.values():
                if check.id in self._found or check.id in self._began_at_s:
                    continue
                # What was not asked for stands in nobody's way.
                before = [name for name in check.after if name in self._checks]
                broken = [
                    n for n in before if n in self._found and self._found[n].state not in GOOD
                ]
                if broken:
                    self._found[check.id] = _skipped(self._checks[broken[0]])
                    moved = True
                elif all(name in self._found for name in before):
                    self._start(check)

    def _start(self, check: Check) -> None:
        self._began_at_s[check.id] = monotonic_s()
        # Prefect's settings stand in the context of whoever asks.
        work = partial(contextvars.copy_context().run, self._look, check)
        threading.Thread(target=work, name=check.id, daemon=True).start()

    def _look(self, check: Check) -> None:
        found = _looked(check)
        with self._changed:
            self._found.setdefault(check.id, found)
            self._changed.notify()

    def _give_up(self) -> None:
        now_s = monotonic_s()
        for name, began_at_s in self._began_at_s.items():
            if name in self._found:
                continue
            if now_s >= min(began_at_s + self._limit_s, self._ends_at_s):
                seen = f"no answer within {now_s - began_at_s:.0f} s"
                self._found[name] = failed(seen, self._checks[name].todo)
        if now_s >= self._ends_at_s:
            for name in self._checks:
                late = Found("skipped", "the time for all checks was over", "Ask for it by --only.")
                self._found.setdefault(name, late)

    def _until_next_limit_s(self) -> float:
        running = [at for name, at in self._began_at_s.items() if name not in self._found]
        limits = [self._ends_at_s, *(at + self._limit_s for at in running)]
        return max(0.01, min(limits) - monotonic_s())


def _looked(check: Check) -> Found:
    try:
        return check.look()
    except ConnectorError as error:
        return failed(error.message, WAIT if _asks_to_wait(error) else check.todo)
    except PlanError:
        return failed("the plan can't be read", "Run 'kitart plan check'.")
    except Exception as error:
        # One check's trouble must not keep the others from being told. Its text may hold a
        # setting, so only its kind is said.
        log.debug("%s broke", check.id, exc_info=error)
        return failed(f"the check itself broke ({type(error).__name__})", check.todo)


def _asks_to_wait(error: ConnectorError) -> bool:
    """Whether the other side is busy or out of order: no setting of ours mends that."""
    if isinstance(error, ServiceRefused):
        return error.status == 429 or error.status >= 500
    return isinstance(error, HostPaused)


def _skipped(before: Check) -> Found:
    return Found("skipped", f"not tried: it needs {before.connection}: {before.name}")


def to_hide(secrets: Iterable[str]) -> list[str]:
    """Those that are long enough to be secrets, a longer one before what stands in it."""
    return sorted({s for s in secrets if len(s) >= SHORTEST_SECRET}, key=len, reverse=True)


def without(text: str, secrets: Sequence[str]) -> str:
    """A text without these, and in one line."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return " ".join(text.split())
