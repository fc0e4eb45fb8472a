"""Files into the site's document library: small ones at once, larger ones piece by piece.

A file that is there is never written over. If it holds what we bring, an earlier attempt of ours
arrived and only its answer was lost; if not, somebody else's hand was on it, and ours goes beside
it under a name with its checksum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kitart.clock import as_utc, sleep_s
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import ServiceRefused, json_body
from kitart.connectors.microsoft.columns import Column, kind_of
from kitart.connectors.microsoft.graph import Graph, member, segment
from kitart.connectors.microsoft.sharepoint import Site

SMALL_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 10 * 327_680
FAILURES_IN_A_ROW = 3
PAUSE_S = 0.5
LONGEST_WAIT_S = 5.0
CONFLICT = 409
FORBIDDEN = '"*:<>?\\|'


@dataclass(frozen=True)
class UploadedFile:
    """Where a file lies; ``size`` in bytes as SharePoint counts it.

    ``beside`` is the name that was asked for, where another file of that name was there and ours
    had to take ``name``.
    """

    item_id: str
    web_url: str
    etag: str
    size: int
    name: str = ""
    beside: str = ""


@dataclass(frozen=True)
class FileStamp:
    """A file's last change (UTC), its version, and its size in bytes."""

    modified_at: datetime
    etag: str
    size: int


class Library:
    """The default document library of a site."""

    def __init__(self, graph: Graph, site: Site) -> None:
        self._graph = graph
        self._site = site

    def upload(self, path: str, content: bytes, content_type: str) -> UploadedFile:
        """Write ``content``; see ``MicrosoftTenant.upload``."""
        checked_path(path)
        if (done := self._written(path, content, content_type)) is not None:
            return done
        other = beside(path, content)
        done = self._written(other, content, content_type)
        if done is None:
            raise ConnectorError(f"{path} and {other} are there with other content", permanent=True)
        return replace(done, beside=path.rpartition("/")[2])

    def describe(
        self, item_id: str, values: Mapping[str, str | int | bool | None], columns: Iterable[Column]
    ) -> tuple[str, ...]:
        """Write a file's columns; see ``MicrosoftTenant.describe``."""
        address = f"{self._site.address()}/drive/items/{segment(item_id)}/listItem/fields"
        try:
            self._graph.call("PATCH", address, json=dict(values))
            return ()
        except ServiceRefused as refused:
            if refused.status != 400:
                raise
            there = self._columns()
            lacking = tuple(
                column.name for column in columns
                if column.name in values
                and (column.name not in there or not column.fits(there[column.name]))
            )  # fmt: skip
            if not lacking:
                raise
        rest = {name: value for name, value in values.items() if name not in lacking}
        if rest:
            self._graph.call("PATCH", address, json=rest)
        return lacking

    def _columns(self) -> dict[str, str]:
        found = self._graph.read_all(f"{self._site.address()}/drive/list/columns")
        return {member(each, "name"): kind_of(each) for each in found}

    def _written(self, path: str, content: bytes, content_type: str) -> UploadedFile | None:
        """The file as it is written, or as it was there with the same content; ``None`` where
        there is another of that name."""
        address = f"{self._site.address()}/drive/root:/{checked_path(path)}:"
        try:
            if len(content) > SMALL_BYTES:
                return self._by_session(address, path.rpartition("/")[2], content)
            answer = self._graph.call(
                "PUT",
                f"{address}/content",
                data=content,
                params={"@microsoft.graph.conflictBehavior": "fail"},
                headers={"Content-Type": content_type},
                expected=(200, 201),
            )
            return _file(json_body(answer))
        except ServiceRefused as refused:
            if refused.status != CONFLICT:
                raise
        try:
            there = self._graph.read(address)
        except ServiceRefused as refused:
            if refused.status != 404:
                raise
            raise ConnectorError(f"{path} was there and is gone: upload again") from None
        same = there.get("size") == len(content) and self._read(address) == content
        return _file(there) if same else None

    def _read(self, address: str) -> bytes:
        """A file's content: Graph answers with an address that carries its own permission."""
        answer = self._graph.call("GET", f"{address}/content", expected=(200, 302))
        if answer.status_code == 302:
            where = answer.headers.get("Location", "")
            if not where:
                raise ConnectorError("Graph does not say where the file's content is")
            answer = self._graph.call_without_token("GET", where, expected=(200,))
        return answer.content

    def stamp(self, path: str) -> FileStamp | None:
        """The file's last change; see ``MicrosoftTenant.file_stamp``."""
        try:
            found = self._graph.read(
                f"{self._site.address()}/drive/root:/{checked_path(path)}",
                params={"$select": "eTag,lastModifiedDateTime,size"},
            )
        except ServiceRefused as refusal:
            if refusal.status == 404 and refusal.code == "itemNotFound":
                return None
            raise
        changed = member(found, "lastModifiedDateTime")
        try:
            moment = as_utc(datetime.fromisoformat(changed))
        except ValueError:
            raise ConnectorError(f"Graph's last change is no moment: {changed!r}") from None
        return FileStamp(moment, member(found, "eTag"), member(found, "size", int))

    def _by_session(self, address: str, name: str, content: bytes) -> UploadedFile:
        wanted = {"item": {"@microsoft.graph.conflictBehavior": "fail", "name": name}}
        session = json_body(
            self._graph.call(
                "POST", f"{address}/createUploadSession", json=wanted, expected=(200, 201)
            )
        )
        return self._pieces(member(session, "uploadUrl"), content)

    def _pieces(self, upload_url: str, content: bytes) -> UploadedFile:
        """Send from where the session stands, until it says the file is there."""
        start = failures = 0
        while True:
            try:
                done, start = self._piece(upload_url, content, start)
                failures = 0
                if done is not None:
                    return done
            except ConnectorError as error:
                failures += 1
                start = self._start_after(error, failures, upload_url, start)

    def _piece(
        self, upload_url: str, content: bytes, start: int
    ) -> tuple[UploadedFile | None, int]:
        piece = content[start : start + CHUNK_BYTES]
        end = start + len(piece) - 1
        answer = self._graph.call_without_token(
            "PUT",
            upload_url,
            data=piece,
            headers={"Content-Range": f"bytes {start}-{end}/{len(content)}"},
            expected=(200, 201, 202),
        )
        body = json_body(answer)
        if answer.status_code == 202:
            return None, _next_start(body)
        return _file(body), start

    def _start_after(
        self, error: ConnectorError, failures: int, upload_url: str, start: int
    ) -> int:
        """Where to go on after a failed piece; raises if going on makes no sense.

        416 means that the session has this range already, so its state tells the next one. A
        session that is gone (404) is not asked again: it may have come to its end, which the
        caller's repeat finds out.
        """
        already_there = isinstance(error, ServiceRefused) and error.status == 416
        gone = isinstance(error, ServiceRefused) and error.status == 404
        wait_s = error.retry_after_s if error.retry_after_s is not None else PAUSE_S
        if gone:
            raise ConnectorError("the upload session is gone: upload again") from error
        if failures >= FAILURES_IN_A_ROW or wait_s > LONGEST_WAIT_S:
            raise error
        if error.permanent and not already_there:
            raise error
        if not already_there:
            sleep_s(wait_s)
        try:
            state = self._graph.call_without_token("GET", upload_url, expected=(200,))
        except ServiceRefused as refusal:
            return self._start_after(refusal, failures + 1, upload_url, start)
        except ConnectorError:
            return start
        return _next_start(json_body(state))


def checked_path(path: str) -> str:
    """``path`` ready for an address; a permanent ``ConnectorError`` for a name not allowed."""
    parts = path.strip("/").split("/")
    for part in parts:
        bad = sorted(set(part) & set(FORBIDDEN))
        if bad or not part or part != part.strip() or part.endswith(".") or part == "..":
            raise ConnectorError(
                f"file path is {path!r}: each part needs a name without {FORBIDDEN}, without "
                "spaces at its ends or a full stop at its end",
                permanent=True,
            )
    return "/".join(segment(part) for part in parts)


def beside(path: str, content: bytes) -> str:
    """The name for a file whose own is taken: with its checksum, the same each time."""
    stem, dot, ending = path.rpartition(".")
    mark = hashlib.sha256(content).hexdigest()[:8]
    return f"{stem}_{mark}{dot}{ending}" if stem and "/" not in ending else f"{path}_{mark}"


def _next_start(state: Any) -> int:
    ranges = member(state, "nextExpectedRanges", list)
    try:
        return int(str(ranges[0]).partition("-")[0])
    except (IndexError, ValueError):
        raise ConnectorError("the upload session does not say what it expects next") from None


def _file(item: Any) -> UploadedFile:
    return UploadedFile(
        member(item, "id"),
        str(item.get("webUrl") or ""),
        str(item.get("eTag") or ""),
        int(item.get("size") or 0),
        str(item.get("name") or ""),
    )
