"""Whether each queue has a backup on rung 1 and on rung 2 in another area, hour by hour (§8, D27).

No matter what is out: this is who could be called if one of the queue's agents dropped out now.
"""

from __future__ import annotations

from kitart.rules.readiness.outlook import Model

BOTH, NO_NATIVE, NO_SECOND, NEITHER = "0", "1", "2", "3"
"""Both rungs have somebody; rung 1 has nobody; rung 2 has nobody; neither has. "." is closed."""


def reserves(model: Model) -> dict[str, str]:
    """By queue one letter an hour."""
    found: dict[str, str] = {}
    for group in model.groups:
        parts = [group.part(whole) for whole in model.situations]
        for place, where in enumerate(group.places):
            key = model.needs[where].key
            found[key] = "".join(
                _letter(*group.reserve(part, place)) if part.needed[place] else "."
                for part in parts
            )
    return found


def _letter(native: int, second: int) -> str:
    if native:
        return BOTH if second else NO_SECOND
    return NO_NATIVE if second else NEITHER
