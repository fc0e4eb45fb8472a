"""The one way over HTTP, for every connector: with time limits, and with manners.

Each request has a limit for connecting, for each silence and for the whole answer. A host that
asks for a pause (429 or 503) gets it from the whole process, not from one call. What went wrong
is said by the error's class, and by a text without secrets: never a query, a header or a body of
ours.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from kitart.clock import as_utc, monotonic_s, real_now
from kitart.connectors.errors import ConnectorError

TOTAL_S = 20.0
"""The longest a whole answer may take; a silence inside it can add one read time-out."""
DEFAULT_PAUSE_S = 2.0
"""The pause after a 429 or 503 that does not say how long."""
LONGEST_PAUSE_S = 600.0
"""Nobody can silence us for longer than this by one header."""
AT_ONCE = 16
"""How many requests one client may have on their way at once, each on a kept connection: more
threads than this would open, and close again, a new one for each request."""
LARGEST_BODY_BYTES = 64 * 1024 * 1024
UNSENDABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidJSONError,
)
NEVER_LEFT = frozenset({"no connection in time", "connection refused", "host name not found"})
"""The causes by which it is certain that the other side never had our request."""
PASSING_STATUSES = frozenset({408, 423, 425, 429})
"""The 4xx that may pass by themselves: time-out, locked, too early, too many."""


class Unreachable(ConnectorError):
    """No answer, or none that ended: refused, reset, timed out, TLS failed."""


class TlsFailed(Unreachable):
    """The other side's certificate is not trusted or not its own: often our side's fault."""


class HostPaused(ConnectorError):
    """Not called: the host asked for a pause, and it is not over."""


class ServiceRefused(ConnectorError):
    """The service answered with a status we did not want; ``code`` is its own error code."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        permanent: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, permanent=permanent, retry_after_s=retry_after_s)
        self.status = status
        self.code = code


class PreconditionFailed(ServiceRefused):
    """412: what we wanted to change was changed by somebody else meanwhile."""


class HostPauses:
    """Until when each host wants to be left alone; for all threads of the process."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}
        self._lock = threading.Lock()

    def begin(self, host: str, seconds: float) -> None:
        """Leave ``host`` alone for ``seconds`` from now; a longer pause stays."""
        until = monotonic_s() + min(seconds, LONGEST_PAUSE_S)
        with self._lock:
            self._until_s[host] = max(until, self._until_s.get(host, 0.0))

    def rest_s(self, host: str) -> float:
        """Seconds of the pause still to go, 0 for none."""
        with self._lock:
            return max(0.0, self._until_s.get(host, 0.0) - monotonic_s())

    def forget(self) -> None:
        """End all pauses (a new test, an operator's word)."""
        with self._lock:
            self._until_s.clear()


host_pauses = HostPauses()


class HttpClient:
    """A kept-alive session with one outside system; safe for use by several threads.

    ``timeout_s`` is (connecting, each silence), ``total_s`` the whole answer. The session takes
    nothing from the environment: no proxy, no ``.netrc``, no ``REQUESTS_CA_BUNDLE`` (which would
    win over ``Session.verify``); roots are ``ca_file``, else those that ``requests`` brings.
    Redirects are not followed and cookies not kept. ``auth`` goes to the base address's host only.
    With ``secret_addresses`` no error names a host or a path.
    """

    def __init__(
        self,
        base_url: str,
        *,
        ca_file: Path | None = None,
        auth: tuple[str, str] | None = None,
        timeout_s: tuple[float, float] = (3.05, 10.0),
        name: str = "",
        secret_addresses: bool = False,
        total_s: float = TOTAL_S,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.name = name or host_of(base_url)
        self.timeout_s = timeout_s
        self.total_s = total_s
        self._secret_addresses = secret_addresses
        self._verify: bool | str = str(ca_file) if ca_file else True
        # As bytes: requests would write the words in Latin-1, which has no ő and no ű.
        self._auth = HTTPBasicAuth(auth[0].encode(), auth[1].encode()) if auth else None
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=AT_ONCE))

    def request(
        self,
        method: str,
        path_or_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        expected: Collection[int] = (200,),
        auth_header: str | None = None,
    ) -> requests.Response:
        """The answer, read to its end, if its status is one of ``expected``.

        ``path_or_url`` is under the base address, or whole. Raises ``HostPaused`` (no call was
        made), ``Unreachable``, ``PreconditionFailed`` or ``ServiceRefused``: each a
        ``ConnectorError``, permanent for a 4xx that will not pass by itself (E42, E43).
        """
        url = self._url(path_or_url)
        host = host_of(url)
        what = f"{self.name}: {method}"
        if not self._secret_addresses:
            what += f" {_path_of(url)}"
        if rest_s := host_pauses.rest_s(host):
            said = "it" if self._secret_addresses else host
            raise HostPaused(
                f"{what} not sent: {said} asked us to wait, {rest_s:.0f} s are left",
                retry_after_s=rest_s,
            )
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        if auth_header is not None:
            sent["Authorization"] = auth_header
        own_host = host == host_of(self.base_url)
        deadline_s = monotonic_s() + self.total_s
        try:
            response = self._session.request(
                method,
                url,
                headers=sent,
                params=params,
                json=json,
                data=data,
                auth=self._auth if own_host else None,
                timeout=self.timeout_s,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            )
            self._read(response, deadline_s, what)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # "from None": the causes' texts hold the whole address, query and all.
            raise _network_error(what, error) from None
        return _judged(response, expected, what, host)

    def rest_s(self) -> float:
        """Seconds for which the base address's host still wants to be left alone; 0 for none."""
        return host_pauses.rest_s(host_of(self.base_url))

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _url(self, path_or_url: str) -> str:
        if path_or_url.lower().startswith(("https://", "http://")):
            return path_or_url
        return f"{self.base_url}/{path_or_url.lstrip('/')}"

    def _read(self, response: requests.Response, deadline_s: float, what: str) -> None:
        """Read the body piece by piece, so that one byte a second can't hold us."""
        body = bytearray()
        while piece := response.raw.read1(65536, decode_content=True):
            body += piece
            if monotonic_s() > deadline_s or len(body) > LARGEST_BODY_BYTES:
                response.close()
                raise Unreachable(
                    f"{what}: the answer did not end in {self.total_s:g} s"
                    if len(body) <= LARGEST_BODY_BYTES
                    else f"{what}: the answer is larger than {LARGEST_BODY_BYTES} bytes",
                    may_have_gone=True,
                )
        response._content = bytes(body)
        response.close()


def json_body(response: requests.Response) -> Any:
    """The answer's JSON; a ``ConnectorError`` that may pass for a web page or a broken body."""
    try:
        return response.json()
    except ValueError:
        kind = response.headers.get("Content-Type", "no content type")
        request = response.request
        raise ConnectorError(
            f"{request.method} {_path_of(request.url or '')}: expected JSON, "
            f"got {kind} (status {response.status_code})"
        ) from None


def host_of(url: str) -> str:
    """Host and port in lower case, as the key of a pause; empty for what is no address."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "/"


def _judged(
    response: requests.Response, expected: Collection[int], what: str, host: str
) -> requests.Response:
    status = response.status_code
    retry_after_s = None
    if status in (429, 503):
        retry_after_s = _retry_after_s(response.headers.get("Retry-After"))
        host_pauses.begin(host, retry_after_s)
    if status in expected:
        return response
    code, words = _own_words(response)
    detail = ": ".join(part for part in (code, words) if part)
    message = f"{what} answered {status}" + (f" ({detail})" if detail else "")
    permanent = status < 500 and status not in PASSING_STATUSES
    kind = PreconditionFailed if status == 412 else ServiceRefused
    raise kind(message, status=status, code=code, permanent=permanent, retry_after_s=retry_after_s)


def _retry_after_s(header: str | None) -> float:
    """Seconds to wait, from seconds or an HTTP date; a small default for none or nonsense."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_PAUSE_S)
    try:
        seconds = (as_utc(parsedate_to_datetime(text)) - real_now()).total_seconds()
    except (TypeError, ValueError):
        return DEFAULT_PAUSE_S
    return min(max(0.0, seconds), LONGEST_PAUSE_S)


def _own_words(response: requests.Response) -> tuple[str, str]:
    """The service's own error code and message, in the shapes of Graph, Entra and Twilio."""
    kind = response.headers.get("Content-Type", "").lower()
    if "html" in kind:
        return "", "a web page instead of an answer"
    try:
        body = response.json()
    except ValueError:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    error = body.get("error", body)
    if isinstance(error, str):
        return _short(error), _short(body.get("error_description", ""))
    if not isinstance(error, dict):
        return "", ""
    return _short(error.get("code", "")), _short(error.get("message", ""))


def _short(value: object) -> str:
    return " ".join(str(value).split())[:300]


def _network_error(what: str, error: Exception) -> ConnectorError:
    if isinstance(error, UNSENDABLE):
        kind = type(error).__name__
        return ConnectorError(f"{what}: the request can't be made ({kind})", permanent=True)
    if type(error) is OSError:
        # What requests raises for a missing bundle, before any call.
        return ConnectorError(f"{what}: the file of trusted roots can't be read", permanent=True)
    if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
        return TlsFailed(f"{what}: TLS failed (certificate not trusted, or not for this host)")
    cause = _cause(error)
    return Unreachable(f"{what}: {cause}", may_have_gone=cause not in NEVER_LEFT)


def _cause(error: Exception) -> str:
    text = repr(error)
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return "no answer in time"
    for sign, words in (
        ("Connection refused", "connection refused"),
        ("NameResolution", "host name not found"),
        ("reset by peer", "connection reset"),
        ("RemoteDisconnected", "connection closed without an answer"),
        ("IncompleteRead", "connection closed in the middle of the answer"),
    ):
        if sign in text:
            return words
    return f"the connection failed ({type(error).__name__})"
