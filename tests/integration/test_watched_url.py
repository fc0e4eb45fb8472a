"""When something at an address was last changed: a HEAD, on allowed hosts alone (R6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import host_pauses
from kitart.connectors.watched_url import UrlStamp, WatchedUrls
from sandbox.server import SandboxServer
from sandbox.tls import issue_certificate

CHANGED = "Tue, 24 Nov 2026 05:02:00 GMT"


class Files:
    """A server of files on loopback, and our eye on it."""

    def __init__(self, folder: Path) -> None:
        self.answer: dict[str, Any] = {"status_code": 200, "headers": {"Last-Modified": CHANGED}}
        self.asked: list[str] = []
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "HEAD"])
        def any_file(path: str, request: Request) -> Response:
            self.asked.append(f"{request.method} /{path}")
            return Response(**self.answer)

        certificate = issue_certificate(folder)
        self.server = SandboxServer(app, tls=certificate)
        self.ca_file = certificate.ca_file


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    made = Files(tmp_path)
    host_pauses.forget()
    with made.server:
        yield made
    host_pauses.forget()


def urls(files: Files, *hosts: str) -> WatchedUrls:
    return WatchedUrls(hosts or ("127.0.0.1", "localhost"), files.ca_file)


def test_the_last_change_is_asked_for_without_fetching(files: Files) -> None:
    found = urls(files).stamp(f"{files.server.url}/rosters/today.csv")
    assert found == UrlStamp(datetime(2026, 11, 24, 5, 2, tzinfo=UTC), "")
    assert files.asked == ["HEAD /rosters/today.csv"]


def test_where_only_a_version_is_named_that_is_what_is_known(files: Files) -> None:
    files.answer = {"headers": {"ETag": '"v7"', "Last-Modified": "yesterday"}}
    assert urls(files).stamp(f"{files.server.url}/a") == UrlStamp(None, '"v7"')


def test_what_is_not_there_is_none(files: Files) -> None:
    files.answer = {"status_code": 404}
    assert urls(files).stamp(f"{files.server.url}/a") is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"headers": {}}, "neither Last-Modified nor ETag"),
        ({"status_code": 302, "headers": {"Location": "https://10.0.0.1/"}}, "answered 302"),
        ({"status_code": 500}, "answered 500"),
    ],
)
def test_an_answer_that_says_nothing_of_a_change_is_a_trouble(
    files: Files, answer: dict[str, Any], said: str
) -> None:
    files.answer = answer
    with pytest.raises(ConnectorError, match=said):
        urls(files).stamp(f"{files.server.url}/a")


def test_a_host_that_the_settings_do_not_allow_is_never_asked(files: Files) -> None:
    with pytest.raises(ConnectorError, match="not among KITART_INPUT_HOSTS") as trouble:
        urls(files, "files.supplier.example").stamp(f"{files.server.url}/a")
    assert trouble.value.permanent
    assert files.asked == []


def test_a_host_that_does_not_answer_is_a_trouble_that_may_pass(files: Files) -> None:
    address = f"{files.server.url}/a"
    files.server.stop()
    with pytest.raises(ConnectorError) as trouble:
        urls(files).stamp(address)
    assert not trouble.value.permanent
