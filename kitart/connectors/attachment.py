"""A file that goes with a mail, whichever way the mail takes."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_BYTES = 3_000_000
"""What a mail may carry with it in all: Graph takes no more in one call."""


@dataclass(frozen=True)
class Attachment:
    """A file by its name, such as ``report.pdf``, and its kind, such as ``application/pdf``."""

    name: str
    content: bytes
    content_type: str
