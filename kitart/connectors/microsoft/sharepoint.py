"""The register's rows in a SharePoint list, and the site they live on."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import PreconditionFailed, ServiceRefused, json_body
from kitart.connectors.microsoft.graph import Graph, member, odata_text, segment
from kitart.settings import MicrosoftSettings

NUMBER_FIELD = "Title"
"""The list's built-in column, which holds the incident's number."""
NOT_INDEXED_TOO = {"Prefer": "HonorNonIndexedQueriesWarningMayFailRandomly"}
TRIES_ON_CONFLICT = 3
_writing: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

Fields = Mapping[str, str | int | float | None]


@dataclass(frozen=True)
class RowRef:
    """A row and its version; ``note`` says what happened to it besides our writing."""

    item_id: str
    etag: str
    web_url: str = ""
    created: bool = False
    note: str = ""


class Site:
    """One SharePoint site, found by host and path."""

    def __init__(self, graph: Graph, settings: MicrosoftSettings) -> None:
        self._graph = graph
        self._host = settings.site_host
        self._path = settings.site_path.strip("/")
        self._id = ""

    def read(self) -> str:
        """The site's id, asked for anew."""
        if not self._host or not self._path:
            raise ConnectorError(
                "site_host and site_path are needed (company.sharepoint.com, sites/continuity)",
                permanent=True,
            )
        path = "/".join(segment(part) for part in self._path.split("/"))
        self._id = member(self._graph.read(f"/sites/{segment(self._host)}:/{path}"), "id")
        return self._id

    def address(self) -> str:
        """``/sites/{id}``; the id never changes, so it is asked for once."""
        return f"/sites/{self._id or self.read()}"


class ListRows:
    """The rows of one list."""

    def __init__(self, graph: Graph, site: Site, list_name: str) -> None:
        self._graph = graph
        self._site = site
        self.list_name = list_name

    def upsert(self, number: str, fields: Fields, known: RowRef | None) -> RowRef:
        """The row of ``number``, written; see ``MicrosoftTenant.upsert_register_row``."""
        # One at a time, so that two threads can't both find nothing and create.
        with _writing[number]:
            return self._upsert(number, {**fields, NUMBER_FIELD: number}, known)

    def _upsert(self, number: str, values: Fields, known: RowRef | None) -> RowRef:
        if known is not None:
            try:
                return self._change(known, values)
            except ServiceRefused as refusal:
                if refusal.status != 404:
                    raise
        found = self._find(number)
        if not found:
            note = "" if known is None else f"row {known.item_id} was deleted, a new one made"
            return self.create(values, note)
        row = _ref(found[0])
        if len(found) > 1:
            others = ", ".join(str(item.get("id")) for item in found[1:])
            row = _noted(row, f"{number} has more rows than one; {others} to be deleted by hand")
        return self._change(row, values)

    def create(self, values: Fields, note: str = "") -> RowRef:
        """A new row; what is empty is left out."""
        fields = {name: value for name, value in values.items() if value is not None}
        answer = self._graph.call("POST", self._items(), json={"fields": fields}, expected=(201,))
        row = _ref(json_body(answer))
        return RowRef(row.item_id, row.etag, row.web_url, created=True, note=note)

    def delete(self, item_id: str) -> None:
        """Remove a row; one that is gone already is no error."""
        self._graph.call("DELETE", f"{self._items()}/{segment(item_id)}", expected=(204, 404))

    def _items(self) -> str:
        return f"{self._site.address()}/lists/{segment(self.list_name)}/items"

    def _find(self, number: str) -> list[dict[str, Any]]:
        """All rows of this number, oldest first."""
        rows = self._graph.read_all(
            self._items(),
            params={
                "$filter": f"fields/{NUMBER_FIELD} eq {odata_text(number)}",
                "$expand": "fields",
            },
            headers=NOT_INDEXED_TOO,
        )
        return sorted(rows, key=lambda item: (len(str(item.get("id"))), str(item.get("id"))))

    def _change(self, row: RowRef, values: Fields) -> RowRef:
        for _ in range(TRIES_ON_CONFLICT):
            try:
                return self._patch(row, values)
            except PreconditionFailed as refusal:
                stale = refusal
                row = self._read_again(row, values)
        raise ConnectorError(
            f"row {row.item_id} of {self.list_name} is being changed by somebody else all the "
            f"time ({stale.message})"
        )

    def _patch(self, row: RowRef, values: Fields) -> RowRef:
        address = f"{self._items()}/{segment(row.item_id)}"
        answer = self._graph.call(
            "PATCH", f"{address}/fields", json=dict(values), headers={"If-Match": row.etag}
        )
        etag = json_body(answer).get("@odata.etag") or _ref(self._graph.read(address)).etag
        return RowRef(row.item_id, etag, row.web_url, note=row.note)

    def _read_again(self, row: RowRef, values: Fields) -> RowRef:
        """The row as it is now, with a note of what somebody else had put there."""
        item = self._graph.read(
            f"{self._items()}/{segment(row.item_id)}", params={"$expand": "fields"}
        )
        theirs = item.get("fields") or {}
        lost = [
            f"{name} was {theirs.get(name)!r}"
            for name, ours in values.items()
            if theirs.get(name) != ours
        ]
        what = ", ".join(lost) or "nothing that we write"
        said = f"changed by somebody else meanwhile ({what})"
        return _noted(_ref(item), f"{row.note}; {said}" if row.note else said)


def _ref(item: Any) -> RowRef:
    etag = item.get("@odata.etag") or item.get("eTag") if isinstance(item, dict) else None
    if not etag:
        raise ConnectorError("Graph's answer has no ETag for the row")
    return RowRef(member(item, "id"), etag, str(item.get("webUrl") or ""))


def _noted(row: RowRef, note: str) -> RowRef:
    return RowRef(row.item_id, row.etag, row.web_url, row.created, note)
