"""What people wrote for the reports, out of the record (D24, D29)."""

from __future__ import annotations

from collections.abc import Sequence

from kitart.journal import write_up
from kitart.journal.tables import TimelineEntry
from kitart.plan.roles import role_name
from kitart.reports import facts as f


def written(entries: Sequence[TimelineEntry]) -> tuple[f.WrittenText, ...]:
    """The parts that are in force, each with whom it is for."""
    return tuple(
        f.WrittenText(
            seq=each.seq, part=each.part, text=each.text, by_role=role_name(each.role),
            at=each.at, day=each.day, audience=each.audience, client_id=each.client,
        )
        for each in write_up.texts(entries)
    )  # fmt: skip


def actions(entries: Sequence[TimelineEntry]) -> tuple[f.CorrectiveAction, ...]:
    """The corrective actions as they stand."""
    return tuple(
        f.CorrectiveAction(
            number=each.number, finding=each.form.finding, action=each.form.action,
            owner_role=each.form.owner, due=each.form.due, check=each.form.check,
            status=each.form.status, evidence=each.form.evidence, effect=each.form.effect,
            audience=each.form.audience, client_id=each.form.client, seq=each.seq,
            resources=each.form.resources,
        )
        for each in write_up.actions(entries)
    )  # fmt: skip
