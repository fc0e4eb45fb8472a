"""Text that every database can keep."""

from __future__ import annotations


def storable(text: str) -> str:
    """``text`` without what PostgreSQL or UTF-8 refuses: zero characters, half surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
