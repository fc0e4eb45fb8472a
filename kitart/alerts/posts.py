"""A post's body as values: JSON whatever its type says, JSON inside a string, or a form."""

from __future__ import annotations

import json
import re
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from kitart.journal.words import storable

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
CARRIERS = ("data", "payload", "body", "json")
"""The names of a form's field that holds the whole post as JSON."""
MOST_FIELDS = 1000
_LIKE_A_FORM = re.compile(rb"\s*[\w.%+-]+=")
_SECRET_NAME = (  # bounded: a body may be built to make an unbounded search take forever
    r"[\w.-]{0,40}(?:secret|token|passw|pwd|api[_-]?key|authori[sz]|credential|subscribeurl)"
    r"[\w.-]{0,40}"
)
_SECRET_FIELD = re.compile(rf'("{_SECRET_NAME}"\s*:\s*")(?:[^"\\]|\\.)*', re.IGNORECASE)
_SECRET_PAIR = re.compile(rf"((?:^|[?&;\s])\"?{_SECRET_NAME}=)[^&\s\"']+", re.IGNORECASE)


def decode(raw: bytes, content_type: str = "") -> Any:
    """The values of a body; raises ``ValueError`` where it is neither JSON nor a form.

    What the sender calls it is only believed where the body itself does not say: many tools post
    JSON as ``text/plain`` or as a form.
    """
    head = Message()
    head["Content-Type"] = content_type
    kind = head.get_content_type() if content_type else ""
    try:
        return _inner(json.loads(raw))
    except UnicodeDecodeError:
        decoded = _in_its_charset(raw, head)
        if decoded is None:
            raise
        return decode(decoded, kind)
    except json.JSONDecodeError:
        if raw.lstrip()[:1] in (b"{", b"["):
            raise
        if kind == MULTIPART:
            return _fields(_parts(raw, content_type))
        if kind == FORM or (kind in ("", "text/plain") and _LIKE_A_FORM.match(raw)):
            return _form(raw, head)
        raise


def as_text(raw: bytes) -> str:
    """A body as it is kept: text that any database holds, without the secrets in it."""
    return redacted(storable(raw.decode(json.detect_encoding(raw), "replace")))


def redacted(text: str) -> str:
    """A text without the values of fields and parameters that are named like secrets."""
    return _SECRET_PAIR.sub(r"\1[redacted]", _SECRET_FIELD.sub(r"\1[redacted]", text))


def _in_its_charset(raw: bytes, head: Message) -> bytes | None:
    charset = head.get_content_charset("")
    if not charset or charset.replace("-", "") == "utf8":
        return None
    try:
        return raw.decode(charset).encode()
    except (LookupError, UnicodeError):
        return None


def _form(raw: bytes, head: Message) -> Any:
    charset = head.get_content_charset("utf-8")
    try:
        "".encode(charset)
    except LookupError:
        charset = "utf-8"
    pairs = parse_qsl(
        raw.decode("latin-1").strip(), keep_blank_values=True, encoding=charset,
        errors="replace", max_num_fields=MOST_FIELDS,
    )  # fmt: skip
    return _fields(pairs)


def _parts(raw: bytes, content_type: str) -> list[tuple[str, str]]:
    header = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    found = []
    message = BytesParser(policy=HTTP).parsebytes(header + raw)
    for each in message.iter_parts() if message.is_multipart() else ():
        name = each.get_param("name", header="content-disposition")
        value = each.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            found.append((name, value.decode("utf-8", "replace")))
    return found


def _fields(pairs: list[tuple[str, str]]) -> Any:
    """A form's fields; where one of them carries the whole post, that post."""
    if not pairs:
        raise ValueError("the form has no field; right would be an alert as the monitor sends it")
    fields: dict[str, Any] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    for name in CARRIERS:
        carried = _inner(fields.get(name))
        if isinstance(carried, dict | list):
            return carried
    return fields


def _inner(value: Any) -> Any:
    """JSON that was written into a string is read once more."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
