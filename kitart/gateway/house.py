"""What the gateway's routes share: the installation, the plan, the watchman, the pages."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kitart.installation import Installation
from kitart.language import LANGUAGES, in_language, words
from kitart.plan.loading import PlanError
from kitart.plan.schema import Plan

if TYPE_CHECKING:
    from kitart.gateway.live import Live
    from kitart.gateway.watchman import Watchman

log = logging.getLogger(__name__)


class Plans:
    """The plan as configured: read again when its files change; a bad edit changes nothing."""

    def __init__(self, inst: Installation) -> None:
        self._inst = inst
        self._lock = threading.Lock()
        self._plan: Plan | None = None
        self._stamp: tuple[tuple[str, float], ...] = ()

    def at_hand(self) -> Plan | None:
        """The newest plan, where that needs no reading; else ``current`` takes a while."""
        stamp = _stamp(self._inst.settings.config_dir)
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self._plan if stamp == self._stamp else None
        finally:
            self._lock.release()

    def current(self) -> Plan:
        """The newest plan that is free of errors; raises ``PlanError`` if there never was one."""
        stamp = _stamp(self._inst.settings.config_dir)
        with self._lock:
            if self._plan is None or stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._plan = self._inst.current_plan()
                except PlanError as error:
                    if self._plan is None:
                        raise
                    log.error("the edited plan has errors, the last good one stays: %s", error)
            return self._plan


def _stamp(folder: Path) -> tuple[tuple[str, float], ...]:
    """When each file was last written; one that is just being replaced counts as not there.

    Asked for with each post of a monitor, so it is read in one go.
    """
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as files:
        for file in files:
            if file.name.endswith((".yaml", ".yml")):
                with contextlib.suppress(OSError):
                    found.append((file.name, file.stat().st_mtime))
    return tuple(sorted(found))


@dataclass
class House:
    """One gateway's parts."""

    inst: Installation
    plans: Plans
    watchman: Watchman
    pages: Mapping[str, Environment]
    live: Live


def pages(folder: Path) -> dict[str, Environment]:
    """The pages' templates for each language, escaped; an undefined variable is an error."""
    return {language: _pages(folder, language) for language in LANGUAGES}


def _pages(folder: Path, language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder / "pages"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.filters["read"] = in_language
    made.globals["asset"] = partial(_asset, folder / "pages")
    own = words(language, "pages")
    made.install_gettext_callables(own.gettext, own.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made


def _asset(folder: Path, name: str) -> str:
    """The address of a file of the pages' folder, another one after each change of the file."""
    return f"/assets/{version_of(folder / name)}/{name}"


def version_of(path: Path) -> str:
    """A short text that changes with the file."""
    return _version_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _version_at(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def house(request: Request) -> House:
    """The gateway's parts, from a request."""
    found: House = request.app.state.house
    return found
