"""A run that is to go on with an incident that is there already."""

from __future__ import annotations

from kitart.installation import Installation
from kitart.journal import incidents
from kitart.orchestrator import DEPLOYMENTS


def go_on_with(inst: Installation, number: str, kind: str) -> str:
    """The number of the incident, where it follows the plan ``kind``.

    Raises ``KeyError`` for an incident that is not known, ``ValueError`` naming the deployment to
    start for one that follows another plan.
    """
    with inst.journal.read() as session:
        row = incidents.get(session, number)
    if row.kind != kind:
        raise ValueError(
            f"incident is {row.number}: it follows another plan; start the deployment "
            f"{DEPLOYMENTS[row.kind]} instead"
        )
    return row.number
