"""What an administrator makes on the site once: lists, columns, a folder (D18).

Nothing here changes or deletes what is there, and nothing here is called while an incident is
carried out. With ``Sites.Selected`` a list or column needs the role ``manage`` on the site.
"""

from __future__ import annotations

from collections.abc import Iterable

from kitart.connectors.http import ServiceRefused
from kitart.connectors.microsoft.columns import Column, kind_of
from kitart.connectors.microsoft.graph import Graph, member, segment
from kitart.connectors.microsoft.sharepoint import Site


class SiteSetup:
    """The site as it is to be set up; every method raises ``ConnectorError``."""

    def __init__(self, graph: Graph, site: Site) -> None:
        self._graph = graph
        self._site = site

    def site_id(self) -> str:
        """The site's id, which a grant on it is given with."""
        return self._site.read()

    def columns(self, list_name: str) -> dict[str, str] | None:
        """A list's columns that can be written, by name inside with their kind; ``None`` when
        there is no such list."""
        try:
            found = list(self._graph.read_all(f"{self._list(list_name)}/columns"))
        except ServiceRefused as refused:
            if refused.status == 404:
                return None
            raise
        return {member(each, "name"): kind_of(each) for each in found if not each.get("readOnly")}

    def make_list(self, name: str, columns: Iterable[Column]) -> None:
        """A list with these columns beside its own ``Title``."""
        body = {
            "displayName": name,
            "list": {"template": "genericList"},
            "columns": [column.definition() for column in columns],
        }
        self._graph.call("POST", f"{self._site.address()}/lists", json=body, expected=(201,))

    def add_column(self, list_name: str, column: Column) -> None:
        """A column more on a list that is there."""
        address = f"{self._list(list_name)}/columns"
        self._graph.call("POST", address, json=column.definition(), expected=(201,))

    def library(self) -> tuple[str, str]:
        """Id and name of the list behind the site's document library, which has the columns of
        its files."""
        found = self._graph.read(f"{self._site.address()}/drive/list")
        return member(found, "id"), str(found.get("displayName") or found.get("name") or "")

    def has_folder(self, name: str) -> bool:
        """Whether the library has a folder of this name at its top."""
        try:
            found = self._graph.read(f"{self._site.address()}/drive/root:/{segment(name)}:")
        except ServiceRefused as refused:
            if refused.status == 404:
                return False
            raise
        return isinstance(found.get("folder"), dict)

    def make_folder(self, name: str) -> None:
        """A folder at the library's top; refused (409) where a file has its name."""
        body = {"name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}
        self._graph.call(
            "POST", f"{self._site.address()}/drive/root/children", json=body, expected=(201,)
        )

    def _list(self, name: str) -> str:
        return f"{self._site.address()}/lists/{segment(name)}"
