"""Calls to Microsoft Graph with our token."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import quote

import requests

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, ServiceRefused, host_of, json_body
from kitart.connectors.microsoft.tokens import Token, token_source
from kitart.settings import MicrosoftSettings

PAGES_AT_MOST = 20


class Tokens(Protocol):
    """Where tokens come from: the application's own, or a person's who signed in."""

    def token(self, *, instead_of: str = "") -> Token:
        """A token to use now; ``instead_of`` is one that Graph has refused."""


class Graph:
    """Graph v1.0 for one tenant; no network before the first call.

    ``tokens`` are the application's own unless others are given.
    """

    def __init__(self, settings: MicrosoftSettings, tokens: Tokens | None = None) -> None:
        self._tokens = tokens or token_source(settings)
        self._http = HttpClient(settings.graph_url, ca_file=settings.ca_file, name="Graph")

    def rest_s(self) -> float:
        """Seconds for which Graph still wants to be left alone; 0 for none."""
        return self._http.rest_s()

    def sign_on(self) -> str:
        """A token; its note, if an earlier one is used because the sign-on fails."""
        return self._tokens.token().note

    def token(self) -> str:
        """A token to look into; calls take their own."""
        return self._tokens.token().value

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expected: Collection[int] = (200,),
    ) -> requests.Response:
        """The answer to a call under ``/v1.0``; a token that Graph refuses is renewed once."""

        def send(token: str) -> requests.Response:
            return self._http.request(
                method,
                path if path.startswith("https://") else f"/v1.0{path}",
                json=json,
                data=data,
                params=params,
                headers=headers,
                expected=expected,
                auth_header=f"Bearer {token}",
            )

        token = self._signed_on()
        try:
            return send(token)
        except ServiceRefused as refusal:
            if refusal.status != 401:
                raise
        return send(self._signed_on(instead_of=token))

    def _signed_on(self, *, instead_of: str = "") -> str:
        try:
            return self._tokens.token(instead_of=instead_of).value
        except ConnectorError as error:
            error.may_have_gone = False  # the sign-on failed: what is to be done never left
            raise

    def call_without_token(
        self, method: str, url: str, *, expected: Collection[int], **parts: Any
    ) -> requests.Response:
        """A call to an address that carries its own permission (an upload session's)."""
        return self._http.request(method, url, expected=expected, **parts)

    def read(self, path: str, **parts: Any) -> Any:
        """The JSON of a GET."""
        return json_body(self.call("GET", path, **parts))

    def read_all(self, path: str, **parts: Any) -> Iterator[dict[str, Any]]:
        """The ``value`` of a collection, page after page."""
        page = self.read(path, **parts)
        for _ in range(PAGES_AT_MOST):
            yield from member(page, "value", list)
            following = page.get("@odata.nextLink")
            if not following:
                return
            if host_of(following) != host_of(self._http.base_url):
                raise ConnectorError("Graph's next page is at another host: not asked for")
            # The link holds our parameters already.
            page = self.read(following, headers=parts.get("headers"))


def member(body: Any, name: str, kind: type = str) -> Any:
    """``body[name]``, or a ``ConnectorError`` saying that Graph's answer lacks it."""
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, kind):
        raise ConnectorError(f"Graph's answer has no {name!r}")
    return value


def segment(text: str) -> str:
    """``text`` as one part of a path."""
    return quote(text, safe="")


def odata_text(text: str) -> str:
    """``text`` as a string in a ``$filter``."""
    return "'" + text.replace("'", "''") + "'"
