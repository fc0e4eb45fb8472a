"""The site in SharePoint set up: what is there, what was made, what a person must look at (D18).

Run twice it changes nothing. Nothing is ever deleted, and a column of another kind is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import ServiceRefused
from kitart.connectors.microsoft.columns import Column
from kitart.connectors.microsoft.setup import SiteSetup
from kitart.reports.filed import FOLDER, LIBRARY, REGISTER
from kitart.settings import MicrosoftSettings

State = Literal["there", "made", "missing", "wrong", "failed"]
GOOD: frozenset[State] = frozenset({"there", "made"})


@dataclass(frozen=True)
class Part:
    """One part of the site: ``place`` is the list or library, ``name`` the column or folder, empty
    for the list itself; ``note`` says what is to be done, unless all is well."""

    place: str
    name: str
    state: State
    note: str = ""


def set_up(setup: SiteSetup, settings: MicrosoftSettings, *, only_look: bool) -> list[Part]:
    """Make what is missing, or with ``only_look`` say what is; one line a part.

    Raises ``ConnectorError`` when not even the site can be read.
    """
    parts = _Parts(setup, setup.site_id(), only_look)
    parts.list(settings.register_list, REGISTER)
    parts.list(settings.probe_list, ())
    parts.library()
    return parts.found


class _Parts:
    def __init__(self, setup: SiteSetup, site_id: str, only_look: bool) -> None:
        self._setup = setup
        self._site_id = site_id
        self._only_look = only_look
        self.found: list[Part] = []

    def list(self, name: str, columns: Sequence[Column]) -> None:
        there = self._setup.columns(name)
        if there is None:
            made = self._made(name, "", partial(self._setup.make_list, name, columns))
            self.found += [Part(name, each.name, made.state, made.note) for each in columns]
            return
        self.found.append(Part(name, "", "there"))
        self._columns(name, name, there, columns)

    def library(self) -> None:
        id, name = self._setup.library()
        self.found.append(Part(name, "", "there"))
        self._columns(name, id, self._setup.columns(id) or {}, LIBRARY)
        if self._setup.has_folder(FOLDER):
            self.found.append(Part(name, f"{FOLDER}/", "there"))
        else:
            self._made(name, f"{FOLDER}/", partial(self._setup.make_folder, FOLDER))

    def _columns(
        self, place: str, list_name: str, there: dict[str, str], wanted: Sequence[Column]
    ) -> None:
        for column in wanted:
            if column.name not in there:
                self._made(place, column.name, partial(self._setup.add_column, list_name, column))
            elif column.fits(there[column.name]):
                self.found.append(Part(place, column.name, "there"))
            else:
                note = (
                    f"it is {there[column.name]}, right would be {column.kind}; it is left as it "
                    "is: delete it by hand, if nothing stands in it, and run this again"
                )
                self.found.append(Part(place, column.name, "wrong", note))

    def _made(self, place: str, name: str, make: Callable[[], None]) -> Part:
        if self._only_look:
            part = Part(place, name, "missing")
        else:
            try:
                make()
                part = Part(place, name, "made")
            except ConnectorError as refused:
                part = Part(place, name, "failed", self._why(refused))
        self.found.append(part)
        return part

    def _why(self, refused: ConnectorError) -> str:
        if isinstance(refused, ServiceRefused) and refused.status == 403:
            return NOT_ALLOWED.format(site=self._site_id)
        return refused.message


NOT_ALLOWED = (
    "not allowed (403): sign in yourself with --sign-in, as an owner of the site; or let a "
    "SharePoint administrator give the application 'manage' on this one site, for this once "
    "(docs/connect.md, step 4): PATCH https://graph.microsoft.com/v1.0/sites/{site}/permissions/"
    '<id of our permission> {{"roles": ["manage"]}}, and afterwards the same with "write"'
)
