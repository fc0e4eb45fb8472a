"""Forms that the SMS gateway posts to us: only with its signature are they its own.

``X-Twilio-Signature`` is an HMAC-SHA1 with our account's token over the address it was told to
call and the form's fields in order. The address is the public one, whatever a proxy made of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from fastapi import HTTPException, Request

from kitart.gateway.body import BodyTooLarge, read_body
from kitart.settings import Settings

log = logging.getLogger(__name__)
HEADER = "x-twilio-signature"
MOST_FIELDS = 200
PORTS = {"https": 443, "http": 80}


def signature(token: str, address: str, fields: Iterable[tuple[str, str]]) -> str:
    """The signature of a form posted to an address, as the provider makes it."""
    signed = address + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


async def signed_form(request: Request, settings: Settings) -> dict[str, str]:
    """The fields of a form that the provider signed.

    Raises ``HTTPException``: 403 for another's, or while no token is set; 413 and 422 for what is
    no form of the provider.
    """
    try:
        body = await read_body(request)
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )  # fmt: skip
    except BodyTooLarge as error:
        raise HTTPException(413, str(error)) from error
    except ValueError as error:
        raise HTTPException(422, "the form can't be read") from error
    token = settings.sms.token.get_secret_value()
    given = request.headers.get(HEADER, "").encode("latin-1")
    wanted = [signature(token, each, fields).encode() for each in _addresses(request, settings)]
    # Each is compared, so that the time tells nothing of which one was near.
    if not any([hmac.compare_digest(given, each) for each in wanted]) or not token:
        log.warning("a post to %s without the SMS gateway's signature was refused", _route(request))
        raise HTTPException(403, "the signature is missing or wrong")
    return dict(fields)


def _route(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", "?"))


def _addresses(request: Request, settings: Settings) -> list[str]:
    """The public address, with and without its usual port: the provider signs either."""
    path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii", "replace")
    query = request.scope.get("query_string", b"").decode("ascii", "replace")
    rest = path.partition("?")[0] + (f"?{query}" if query else "")
    base = urlsplit(settings.gateway_url)
    usual = PORTS.get(base.scheme)
    bases = {settings.gateway_url}
    if base.port is None:
        bases.add(base._replace(netloc=f"{base.netloc}:{usual}").geturl())
    elif base.port == usual:
        bases.add(base._replace(netloc=base.netloc.rpartition(":")[0]).geturl())
    return [each + rest for each in sorted(bases)]
