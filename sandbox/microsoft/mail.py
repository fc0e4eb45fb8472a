"""Mail: taken, and delivered at once into the in-memory mailbox."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from typing import Any

from kitart.clock import real_now
from sandbox.letters import Enclosure
from sandbox.microsoft.calls import Answer, Call, GraphError, Routes, first_small
from sandbox.microsoft.state import DeliveredMail, TenantState

routes = Routes()
LARGEST_BYTES = 4 * 1024 * 1024
FILE = "#microsoft.graph.fileAttachment"


@routes.add("POST", "/users/(?P<user>[^/]+)/sendMail")
def send_mail(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    user = parts["user"].lower()
    if user not in {address.lower() for address in state.mailboxes}:
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{user}' is invalid.")
    if len(call.body) > LARGEST_BYTES:
        raise GraphError(413, "RequestEntityTooLarge", "The mail is too large.")
    message = first_small(call.json()).get("message")
    if not isinstance(message, dict):
        raise GraphError(400, "ErrorInvalidParameter", "The parameter 'message' is missing.")
    state.mail.append(_delivered(user, message))
    return Answer(202, None)


def _delivered(user: str, message: dict[str, Any]) -> DeliveredMail:
    to, cc, bcc = (_addresses(message, f"{kind}Recipients") for kind in ("to", "cc", "bcc"))
    if not to + cc + bcc:
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is needed.")
    body = message.get("body") or {}
    headers = {}
    for header in message.get("internetMessageHeaders") or []:
        name = str(header.get("name", ""))
        if not name.lower().startswith("x-"):
            text = "The internet message header name must start with 'x-' or 'X-'."
            raise GraphError(400, "InvalidInternetMessageHeader", text)
        headers[name.lower()] = str(header.get("value", ""))
    return DeliveredMail(
        id=str(uuid.uuid4()),
        sender=user,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=str(message.get("subject") or ""),
        content_type=str(body.get("contentType") or "text").lower(),
        content=str(body.get("content") or ""),
        headers=headers,
        received=real_now(),
        attachments=tuple(_enclosed(one) for one in message.get("attachments") or []),
    )


def _enclosed(attachment: dict[str, Any]) -> Enclosure:
    kind = attachment.get("@odata.type")
    if kind != FILE or not attachment.get("name"):
        text = "An attachment needs a name and the type of a file."
        raise GraphError(400, "ErrorInvalidRequest", text)
    try:
        content = base64.b64decode(str(attachment.get("contentBytes") or ""), validate=True)
    except binascii.Error:
        text = "Cannot convert a value to type 'Edm.Binary'."
        raise GraphError(400, "RequestBodyRead", text) from None
    return Enclosure(str(attachment["name"]), str(attachment.get("contentType") or ""), content)


def _addresses(message: dict[str, Any], kind: str) -> tuple[str, ...]:
    addresses = []
    for recipient in message.get(kind) or []:
        address = str((recipient.get("emailAddress") or {}).get("address") or "")
        if "@" not in address:
            text = "At least one recipient isn't valid."
            raise GraphError(400, "ErrorInvalidRecipients", text)
        addresses.append(address)
    return tuple(addresses)
