"""Reading a request's body up to a limit."""

from __future__ import annotations

from fastapi import Request

BODY_LIMIT = 1_000_000
PATIENCE = 16 * BODY_LIMIT


class BodyTooLarge(Exception):
    """The body is over the limit; ``beginning`` is what was read of it."""

    def __init__(self, beginning: bytes) -> None:
        super().__init__(f"the body is over {BODY_LIMIT:,} bytes")
        self.beginning = beginning


async def read_body(request: Request) -> bytes:
    """The body; raises ``BodyTooLarge`` when more than the limit has come.

    The rest is read and thrown away up to a point: a sender that is cut off while it writes never
    sees the answer that says why.
    """
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= BODY_LIMIT + len(part):
            parts.append(part)
        if size > PATIENCE:
            break
    if size > BODY_LIMIT:
        raise BodyTooLarge(b"".join(parts)[:BODY_LIMIT])
    return b"".join(parts)


def clean(value: str) -> str:
    """What somebody typed, without what nobody typed."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in lines if c == "\n" or c.isprintable()).strip()
