"""A person's own sign-in, by a code typed at another device: for setting up, once.

The application keeps ``write`` on the site, and the person's right ends with this process: the
token is in memory alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msal
import requests
from msal.exceptions import MsalError

from kitart.clock import monotonic_s
from kitart.connectors.errors import ConnectorError
from kitart.connectors.microsoft.tokens import (
    MICROSOFT_HOSTS,
    CredentialsRefused,
    MsalHttp,
    Token,
)
from kitart.settings import MicrosoftSettings

SCOPE = "Sites.Manage.All"
"""Delegated: no more than the person may do on the site themselves."""
WAIT_S = 600
"""How long a person has to sign in; the code itself may end earlier."""

NO_PUBLIC_CLIENT = 7000218
"""Entra's number for an application that must prove itself by a secret."""


class PersonSignedIn:
    """Tokens of one person, who signed in with a code; no renewal, none is kept."""

    def __init__(self, value: str) -> None:
        self._value = value

    def token(self, *, instead_of: str = "") -> Token:
        """The token; ``CredentialsRefused`` once Graph has refused it."""
        if instead_of:
            raise CredentialsRefused("the sign-in has ended: begin again with --sign-in")
        return Token(self._value)


def sign_in(
    settings: MicrosoftSettings, show: Callable[[str], None], *, client_id: str = ""
) -> PersonSignedIn:
    """Wait until a person has signed in; ``show`` gets the words that say how.

    ``client_id`` is a public client in the tenant, else our own registration, which must then
    allow public client flows. Raises ``CredentialsRefused`` when it is refused or too late, and
    ``ConnectorError`` when Entra can't be spoken to.
    """
    if not settings.tenant or not (client_id or settings.client_id):
        raise CredentialsRefused("tenant and client_id are needed (docs/connect.md, step 1)")
    graph = settings.graph_url.rstrip("/")
    official = urlsplit(settings.authority).hostname in MICROSOFT_HOSTS
    try:
        app = msal.PublicClientApplication(
            client_id or settings.client_id,
            authority=f"{settings.authority.rstrip('/')}/{settings.tenant}",
            http_client=MsalHttp(settings),
            instance_discovery=None if official else False,
        )
        flow = app.initiate_device_flow(scopes=[f"{graph}/{SCOPE}"])
        if "user_code" not in flow:
            raise _refused(flow)
        show(str(flow.get("message", "")))
        ends_at_s = monotonic_s() + min(float(flow["expires_in"]), WAIT_S)
        result = app.acquire_token_by_device_flow(
            flow, exit_condition=lambda _: monotonic_s() > ends_at_s
        )
    except (ValueError, requests.RequestException, MsalError, RuntimeError) as error:
        kind = type(error).__name__
        raise ConnectorError(f"Entra: the sign-in can't be made ({kind})") from None
    if "access_token" not in result:
        raise _refused(result)
    return PersonSignedIn(str(result["access_token"]))


def _refused(answer: dict[str, Any]) -> ConnectorError:
    """What Entra said instead of a code or a token, in words that say what to do."""
    error = str(answer.get("error", ""))
    codes = [code for code in answer.get("error_codes", []) if isinstance(code, int)]
    said = str(answer.get("error_description", "")).partition("Trace ID")[0].strip()[:200]
    known = {
        "authorization_pending": "nobody signed in with the code in time: begin again",
        "expired_token": "the code has ended: begin again",
        "authorization_declined": "the sign-in was declined",
    }
    if error in known:
        return CredentialsRefused(known[error])
    if NO_PUBLIC_CLIENT in codes:
        return CredentialsRefused(
            "the registration takes no sign-in with a code: allow public client flows there, or "
            "name another one with --client-id",
            code=NO_PUBLIC_CLIENT,
        )
    return CredentialsRefused(f"Entra refuses the sign-in: {said or error}",
                              code=codes[0] if codes else 0)  # fmt: skip
