"""Files into the site's document library: small ones at once, larger ones piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kitart.clock import sleep_s
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import ServiceRefused, json_body
from kitart.connectors.microsoft.graph import Graph, member, segment
from kitart.connectors.microsoft.sharepoint import Site

SMALL_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 10 * 327_680
FAILURES_IN_A_ROW = 3
PAUSE_S = 0.5
LONGEST_WAIT_S = 5.0
FORBIDDEN = '"*:<>?\\|'


@dataclass(frozen=True)
class UploadedFile:
    """Where a file lies; ``size`` in bytes as SharePoint counts it."""

    item_id: str
    web_url: str
    etag: str
    size: int


class Library:
    """The default document library of a site."""

    def __init__(self, graph: Graph, site: Site) -> None:
        self._graph = graph
        self._site = site

    def upload(self, path: str, content: bytes, content_type: str) -> UploadedFile:
        """Write ``content``; see ``MicrosoftTenant.upload``."""
        address = f"{self._site.address()}/drive/root:/{checked_path(path)}:"
        if len(content) > SMALL_BYTES:
            return self._by_session(address, path.rpartition("/")[2], content)
        answer = self._graph.call(
            "PUT",
            f"{address}/content",
            data=content,
            headers={"Content-Type": content_type},
            expected=(200, 201),
        )
        return _file(json_body(answer))

    def _by_session(self, address: str, name: str, content: bytes) -> UploadedFile:
        wanted = {"item": {"@microsoft.graph.conflictBehavior": "replace", "name": name}}
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
        session that is gone (404) is not asked again: the caller's repeat begins a new one and
        replaces the file.
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
    )
