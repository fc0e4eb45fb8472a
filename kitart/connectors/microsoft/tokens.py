"""Tokens for Graph, by MSAL, with all the ways in which that can fail.

MSAL speaks to the network in its constructor, knows no time limit, and raises for a refresh that
failed though the old token is still good. So: one app a process for each tenant and client,
built when first needed, and the last good token is kept here.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msal
import requests
from msal.exceptions import MsalError

from kitart.clock import monotonic_s
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, host_of, host_pauses
from kitart.settings import MicrosoftSettings

SCOPES = ["https://graph.microsoft.com/.default"]
EARLY_S = 300.0
"""A token is renewed this long before its end, and used to its end if that fails."""
MARGIN_S = 10.0
MICROSOFT_HOSTS = (
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
)
ANY_STATUS = range(100, 600)
TENANT_NOT_FOUND = 90002
WHAT_TO_FIX = {
    7000215: "client secret refused: put the secret's value, not its id, into the settings",
    7000222: "client secret has expired: make a new one in Entra",
    700016: "application not known in this tenant: check client_id and tenant",
    TENANT_NOT_FOUND: "tenant not found: check tenant",
    700027: "client certificate refused",
    500011: "Graph is not known in this tenant: check authority",
}


class CredentialsRefused(ConnectorError):
    """The sign-on works but does not accept us: settings to be mended, not an outage.

    ``code`` is the number of Entra's own error (``AADSTS…``), 0 where we ourselves refused.
    """

    def __init__(self, message: str, *, code: int = 0) -> None:
        super().__init__(message, permanent=True)
        self.code = code


@dataclass(frozen=True)
class Token:
    """``note`` says why an older token is used, if the refresh failed."""

    value: str
    note: str = ""


class MsalHttp:
    """What MSAL calls the network by: with limits, ``verify`` and the host's pauses."""

    def __init__(self, settings: MicrosoftSettings) -> None:
        self._client = HttpClient(settings.authority, ca_file=settings.ca_file, name="Entra")
        self.last: requests.Response | None = None

    def get(self, url: str, **options: Any) -> requests.Response:
        return self._send("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self._send("POST", url, **options)

    def _send(
        self, method: str, url: str, *, params: Any = None, data: Any = None, headers: Any = None
    ) -> requests.Response:
        self.last = self._client.request(
            method, url, params=params, data=data, headers=headers, expected=ANY_STATUS
        )
        return self.last

    def close(self) -> None:
        """MSAL asks for it."""


class TokenSource:
    """The tokens of one application in one tenant; safe for use by several threads."""

    def __init__(self, settings: MicrosoftSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._http = MsalHttp(settings)
        self._app: Any = None
        self._value = ""
        self._ends_at_s = 0.0
        self._failed_at_s = -1.0
        self._failure: ConnectorError | None = None

    def token(self, *, instead_of: str = "") -> Token:
        """A token to use now; ``instead_of`` is one that Graph has refused.

        Raises ``CredentialsRefused`` (permanent) with what is to be fixed, or a ``ConnectorError``
        that may pass. While a token is good, a failing sign-on does not stop us (E44).
        """
        asked_at_s = monotonic_s()
        if self._good_for_s(instead_of) > EARLY_S:
            return Token(self._value)
        # While one thread renews, the others go on with the token that is still good.
        good = self._good_for_s(instead_of) > MARGIN_S
        if not self._lock.acquire(blocking=not good):
            return Token(self._value)
        try:
            return self._renewed(asked_at_s, instead_of)
        finally:
            self._lock.release()

    def _renewed(self, asked_at_s: float, instead_of: str) -> Token:
        if self._good_for_s(instead_of) > EARLY_S:
            return Token(self._value)
        try:
            if self._failure is not None and self._failed_at_s >= asked_at_s:
                # It failed while we waited for the lock: asking again would only add a wait.
                raise self._failure
            self._value, self._ends_at_s = self._acquired(drop_cached=bool(instead_of))
        except ConnectorError as error:
            self._failure, self._failed_at_s = error, monotonic_s()
            if self._good_for_s(instead_of) > MARGIN_S:
                return Token(self._value, f"an earlier token is used: {error.message}")
            raise
        self._failure = None
        return Token(self._value)

    def _good_for_s(self, instead_of: str) -> float:
        if not self._value or self._value == instead_of:
            return 0.0
        return self._ends_at_s - monotonic_s()

    def _acquired(self, *, drop_cached: bool) -> tuple[str, float]:
        self._check_settings()
        self._http.last = None
        began_at_s = monotonic_s()
        try:
            if self._app is None:
                self._app = self._built()
            if drop_cached:
                self._app.remove_tokens_for_client()
            result = self._app.acquire_token_for_client(SCOPES)
        except (ValueError, requests.RequestException, MsalError, RuntimeError) as error:
            raise self._said(error) from None
        if not result or "access_token" not in result:
            raise self._refused(result or {})
        return str(result["access_token"]), began_at_s + float(result.get("expires_in", 0))

    def _built(self) -> Any:
        settings = self._settings
        official = urlsplit(settings.authority).hostname in MICROSOFT_HOSTS
        return msal.ConfidentialClientApplication(
            settings.client_id,
            client_credential=settings.client_secret.get_secret_value(),
            authority=f"{settings.authority.rstrip('/')}/{settings.tenant}",
            http_client=self._http,
            instance_discovery=None if official else False,
        )

    def _check_settings(self) -> None:
        settings = self._settings
        if not settings.configured:
            raise CredentialsRefused(
                "the Microsoft tenant is not set up: tenant, client_id, client_secret are needed"
            )
        if urlsplit(settings.authority).scheme != "https":
            raise CredentialsRefused(
                f"authority is {settings.authority!r}: it must begin with https://"
            )

    def _said(self, error: Exception) -> ConnectorError:
        """MSAL's exceptions: a wrong tenant is a ``ValueError``, so is a page instead of JSON."""
        status = self._http.last.status_code if self._http.last is not None else 0
        if status == 429 or status >= 500:
            return self._busy(status)
        if status == 0 and self._failure is not None:
            return self._failure  # MSAL repeats its stored failure without asking
        if isinstance(error, ValueError) and self._app is None and 400 <= status < 500:
            tenant = self._settings.tenant
            return CredentialsRefused(
                f"tenant {tenant!r} not found at {self._settings.authority}: check tenant",
                code=TENANT_NOT_FOUND,
            )
        kind = type(error).__name__
        return ConnectorError(f"Entra: the answer can't be understood ({kind}, status {status})")

    def _refused(self, result: dict[str, Any]) -> ConnectorError:
        status = self._http.last.status_code if self._http.last is not None else 0
        error = result.get("error")
        if status == 429 or status >= 500:
            return self._busy(status)
        if error in ("temporarily_unavailable", "server_error"):
            return ConnectorError(f"Entra gives no token now ({error})")
        if status == 0 and self._failure is not None:
            return self._failure  # MSAL repeats its stored failure without asking
        codes = [code for code in result.get("error_codes", []) if isinstance(code, int)]
        said = str(result.get("error_description", "")).partition("Trace ID")[0].strip()
        name = f"AADSTS{codes[0]}" if codes else str(error)
        fix = next((WHAT_TO_FIX[code] for code in codes if code in WHAT_TO_FIX), "")
        reason = fix or f"Entra gives no token: {said[:200] or error}"
        return CredentialsRefused(f"{reason} ({name})", code=codes[0] if codes else 0)

    def _busy(self, status: int) -> ConnectorError:
        words = "asks us to wait" if status == 429 else "is out of order"
        rest_s = host_pauses.rest_s(host_of(self._settings.authority))
        return EntraBusy(f"Entra {words} (status {status})", status, rest_s or None)


class EntraBusy(ConnectorError):
    """429 or 5xx at the sign-on: it may pass."""

    def __init__(self, message: str, status: int, retry_after_s: float | None) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.status = status


_sources: dict[tuple[str, ...], TokenSource] = {}
_sources_lock = threading.Lock()


def token_source(settings: MicrosoftSettings) -> TokenSource:
    """The process's source for these credentials: made once, without network."""
    secret = settings.client_secret.get_secret_value().encode()
    key = (
        settings.authority,
        settings.tenant,
        settings.client_id,
        hashlib.sha256(secret).hexdigest(),
        str(settings.ca_file),
    )
    with _sources_lock:
        if key not in _sources:
            _sources[key] = TokenSource(settings)
        return _sources[key]


def forget_tokens() -> None:
    """Begin anew (tests; or credentials changed in place)."""
    with _sources_lock:
        _sources.clear()
