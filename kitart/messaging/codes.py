"""The code in a person's message: whoever gives it in the Prefect UI answers for that person.

One for each question and person, worked out from the signing key, so it is nowhere kept.
"""

from __future__ import annotations

import hashlib
import hmac

from kitart.settings import Settings

DIGITS = 6


def code_of(settings: Settings, approval_id: int, person: str) -> str:
    """The six digits that stand in this person's message about this question."""
    key = settings.secret_key.get_secret_value().encode()
    digest = hmac.new(key, f"kitart.code:{approval_id}:{person}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def is_code(settings: Settings, approval_id: int, person: str, given: str) -> bool:
    """Whether what was typed is that code, spaces aside."""
    typed = "".join(given.split())
    right = code_of(settings, approval_id, person)
    return hmac.compare_digest(typed.encode(), right.encode())
