"""What the kinds of channel have in common, beside their names (``kitart.plan.values``)."""

from __future__ import annotations

import re

PHONES = frozenset({"sms", "voice"})
"""The address is a phone number."""
CHATS = frozenset({"teams", "chat"})
"""The address is a secret: the plan gives it a name, the settings hold it under that name."""
CHAT_SETTINGS = {"teams": "KITART_CHAT__TEAMS", "chat": "KITART_CHAT__APPRISE"}
ONE_WAY = frozenset({"chat"})
"""Nothing ever comes back: what goes this way never counts as having reached anybody (A14)."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def chat_name(kind: str, value: str) -> str:
    """``value`` when it may name a chat address; else ``ValueError``, which never shows one."""
    setting = CHAT_SETTINGS[kind]
    if "://" in value:
        raise ValueError(
            f"the address is written out, which is a secret; right would be a name such as "
            f"ert-1-{kind}, and the address under that name in {setting}"
        )
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"{value!r} is not a name; right would be small letters, digits and '-', for example "
            f"ert-1-{kind}, and the address under that name in {setting}"
        )
    return value
