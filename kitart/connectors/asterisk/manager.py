"""Asterisk's manager (AMI) over HTTP, and the private files that its web server gives to who is
signed in there."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import requests

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, ServiceRefused

COOKIE = "mansession_id"
DENIED = ("Permission denied", "Authentication Required", "Authentication required")
Event = dict[str, str]


class Refused(ConnectorError):
    """The manager answered with an error; ``said`` is its own text."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message, permanent=True)
        self.said = said


class Manager:
    """A session with the manager, begun when it is needed and again when it has lapsed.

    Safe for several threads: one action at a time, as one session allows.
    """

    def __init__(self, http: HttpClient, user: str, password: str) -> None:
        self._http = http
        self._user = user
        self._password = password
        self._session = ""
        self._lock = threading.Lock()

    def act(self, action: str, **fields: str | tuple[str, ...]) -> list[Event]:
        """The answer, and the events that belong to it, each as its fields.

        Raises ``Refused`` where the manager says no, else as ``HttpClient.request``.
        """
        form = {"action": action, **fields}
        with self._lock:
            found = self._sent(form) if self._session else []
            if not found or found[0].get("Message") in DENIED:
                self._sign_in()
                found = self._sent(form)
        if found[0].get("Response") in ("Success", "Goodbye", "Follows"):
            return found
        said = found[0].get("Message", "no reason given")
        raise Refused(f"{self._http.name}: {action}: {said}", said)

    def file(self, path: str) -> str | None:
        """The text of a private file; ``None`` where there is none."""
        found = self.bytes_of(path)
        return None if found is None else found.decode("utf-8", "replace")

    def bytes_of(self, path: str) -> bytes | None:
        """A private file; ``None`` where there is none."""
        with self._lock:
            answer = self._got(path)
            if answer.status_code == 403:
                self._sign_in()
                answer = self._got(path)
        if answer.status_code == 404:
            return None
        if answer.status_code == 403:
            raise ServiceRefused(
                f"{self._http.name}: {path} is refused (403): is enable_static=yes in http.conf, "
                "and may Asterisk read what the folder leads to?",
                status=403,
                permanent=True,
            )
        return answer.content

    def _got(self, path: str) -> requests.Response:
        return self._http.request(
            "GET", f"/static/{path}", headers=self._headers(), expected=(200, 403, 404)
        )

    def _sign_in(self) -> None:
        form = {"action": "login", "username": self._user, "secret": self._password}
        answer = self._http.request("POST", "/rawman", data=form, headers={"Accept": "text/plain"})
        said = events(answer.text)
        if not said or said[0].get("Response") != "Success":
            why = said[0].get("Message", "") if said else "no answer that can be read"
            raise ServiceRefused(
                f"{self._http.name}: our access is refused: {why}",
                status=401 if said else answer.status_code,
                permanent=bool(said),
            )
        self._session = _session_of(answer)

    def _sent(self, form: Mapping[str, str | tuple[str, ...]]) -> list[Event]:
        answer = self._http.request("POST", "/rawman", data=form, headers=self._headers())
        found = events(answer.text)
        if not found or "Response" not in found[0]:
            raise ConnectorError(f"{self._http.name}: {form['action']}: no answer that can be read")
        return found

    def _headers(self) -> dict[str, str]:
        return {"Accept": "text/plain", "Cookie": f'{COOKIE}="{self._session}"'}


def events(text: str) -> list[Event]:
    """The blocks of an answer, each as its fields; what is no field is left out."""
    found: list[Event] = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields: Event = {}
        for line in block.split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                fields[name.strip()] = value.strip()
        if fields:
            found.append(fields)
    return found


def _session_of(answer: requests.Response) -> str:
    """The session's number: our client keeps no cookies, so it is read where it was sent."""
    sent = answer.headers.get("Set-Cookie", "")
    return sent.partition(f"{COOKIE}=")[2].partition(";")[0].strip('"')
