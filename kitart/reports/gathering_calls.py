"""The calls of each queue, out of the record: as the phone system counted them, or as people did.

A person's count stands where it is the newer one; a figure that nobody has is "not available" with
the reason, never blank (D3).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kitart.journal import call_figures
from kitart.journal.late_entries import Standing
from kitart.plan.schema import Project
from kitart.reports import facts as f
from kitart.reports.terms import N_

NOT_YET = N_("calls have not been counted yet")
NOT_LISTED = N_("voicemails are counted by hand, and nobody has done so yet")
WHY = {
    "phones down": N_("the phone system is down; its records can be read when it is back"),
    "unreadable": N_("the phone system's records could not be read; it is tried again"),
}
NOT_BY_HAND = N_("not counted")


def calls_of(projects: Iterable[Project], entries: list[Standing]) -> tuple[f.CallFacts, ...]:
    """The calls of each queue of ``projects``, by the entries of the incident."""
    standing = [each for each in entries if not each.withdrawn]
    return tuple(_queue(project, queue.lang, standing) for project in projects
                 for queue in project.queues)  # fmt: skip


def _queue(project: Project, lang: str, entries: list[Standing]) -> f.CallFacts:
    count = call_figures.last_count(entries, project.client)
    rows: list[dict[str, Any]] = count.data["queues"] if count is not None else []
    row = next((r for r in rows if (r["project"], r["language"]) == (project.id, lang)), None)
    told = call_figures.last_told(entries, project.id, lang)
    why = call_figures.why_missing(entries, project.client)
    found = _counted(project, lang, row, count, why)
    if told is None:
        return found
    newer = count is None or row is None or told.seq > count.seq
    return _with_told(found, told.data, newer=newer)


def _counted(
    project: Project,
    lang: str,
    row: dict[str, Any] | None,
    count: call_figures.Entry | None,
    why: call_figures.Reason | None,
) -> f.CallFacts:
    if row is None or count is None:
        missing = f.not_available(WHY.get(why or "", NOT_YET))
        return f.CallFacts(
            project_id=project.id, lang=lang, offered=missing, answered=missing,
            abandoned=missing, voicemails_left=f.not_available(NOT_LISTED),
            voicemails_returned=f.not_available(NOT_LISTED),
        )  # fmt: skip
    usual, target = row["usual"], project.service_level
    return f.CallFacts(
        project_id=project.id,
        lang=lang,
        offered=f.measured(row["offered"]),
        answered=f.measured(row["answered"]),
        abandoned=f.measured(row["abandoned"]),
        recording=f.measured(row["recording"]),
        voicemails_left=f.not_available(NOT_LISTED),
        voicemails_returned=f.not_available(NOT_LISTED),
        until=datetime.fromisoformat(count.data["until"]),
        slices=tuple(
            f.CallSlice(
                start=datetime.fromisoformat(start), end=datetime.fromisoformat(end),
                offered=offered, answered=answered, abandoned=abandoned, recording=recording,
            )
            for start, end, offered, answered, abandoned, recording in row["slices"]
        ),
        spoken_by=f.SpokenBy(**row["spoken"]),
        usual=f.UsualCalls(**usual) if usual else None,
        target=f.ServiceTarget(
            percent=target.percent, within_s=target.within_seconds, in_time=row["in_time"]
        )
        if target
        else None,
    )  # fmt: skip


def _with_told(found: f.CallFacts, told: dict[str, Any], *, newer: bool) -> f.CallFacts:
    """A person's figures beside or instead of the phone system's."""
    figures = {
        name: f.counted(value) if not told.get("method") else f.estimated(value, told["method"])
        for name, value in told["figures"].items()
    }
    messages = {k: v for k, v in figures.items() if k.startswith("voicemails")}
    if not newer:
        return found.model_copy(update=messages)
    calls = {"offered", "answered", "abandoned"} & figures.keys()
    if not calls:
        return found.model_copy(update=figures)
    # Parts and speakers are of the phone system's count, which this one replaces.
    missing = {name: f.not_available(NOT_BY_HAND) for name in ("offered", "answered", "abandoned")}
    usual = told.get("usual")
    return f.CallFacts(
        **{
            "project_id": found.project_id, "lang": found.lang,
            "voicemails_left": found.voicemails_left,
            "voicemails_returned": found.voicemails_returned,
            **missing, **figures,
            "until": datetime.fromisoformat(told["until"]) if told.get("until") else None,
            "usual": found.usual if usual is None else f.UsualCalls(**usual),
        }
    )  # fmt: skip
