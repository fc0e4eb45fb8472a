"""The tables that several reports share: a row for each thing on record."""

from __future__ import annotations

from datetime import datetime, timedelta

from kitart.reports import cover_tables
from kitart.reports.building import Desk
from kitart.reports.course import NO_PROCEDURE, NOT_OURS
from kitart.reports.facts import ProofFacts, TimelineEntry
from kitart.reports.views import Decided, Entry, ProofLine, RtoLine, Seats
from kitart.reports.wording import Wording

LATE_ENTRY = timedelta(minutes=5)


def rto_lines(desk: Desk) -> tuple[RtoLine, ...]:
    """Each project's objectives, with when they end and the verdict."""
    if desk.facts.cover:
        return cover_tables.rto_lines(desk)
    lines: list[RtoLine] = []
    for project in desk.course.projects:
        name = project.effect.project_id
        for result in project.rto:
            limit = desk.words.hours(result.target.limit)
            start = project.effect.effect_start
            source = desk.words.term(result.target.source)
            after = project.restored - start if project.restored and start else None
            lines.append(
                RtoLine(name, start, result.due, limit, source, result.verdict, _from_zero(after))
            )
        if project.no_objective in (NOT_OURS, NO_PROCEDURE):
            none, why = desk.words.say("none"), desk.words.term(project.no_objective)
            lines.append(RtoLine(name, None, None, none, why, project.verdict, open_end=none))
        elif not project.rto:
            limit = desk.words.hours(timedelta(minutes=desk.facts.rto_minutes))
            unknown = desk.words.say("Not yet known.")
            lines.append(RtoLine(name, None, None, limit, unknown, project.verdict))
    return tuple(lines)


def _from_zero(length: timedelta | None) -> timedelta | None:
    """What was put right before the effect took no time (E36)."""
    return None if length is None else max(length, timedelta(0))


def entries(desk: Desk, since: datetime | None = None) -> tuple[Entry, ...]:
    """The timeline for this client in the order of events; late entries are marked (E39)."""
    ordered = sorted(desk.facts.timeline, key=lambda each: (each.occurred_at, each.seq))
    return tuple(
        _entry(desk, each) for each in ordered if since is None or each.recorded_at > since
    )


def _entry(desk: Desk, entry: TimelineEntry) -> Entry:
    late = entry.recorded_at - entry.occurred_at > LATE_ENTRY
    return Entry(
        at=entry.occurred_at,
        actor=desk.words.role(entry.author_role),
        event=desk.words.say(entry.text, **_values(desk, entry)),
        source=desk.recorded(entry.source),
        entered_late_at=entry.recorded_at if late else None,
    )


def _values(desk: Desk, entry: TimelineEntry) -> dict[str, str]:
    """What a sentence holds in braces; a queue by its name, "BRAVO Spanish" for "BRAVO/es"."""
    values = dict(entry.values)
    if "queue" in values:
        project, _, language = values["queue"].partition("/")
        values["queue"] = f"{project} {desk.words.language_name(language)}".strip()
    return values


def seats(desk: Desk) -> tuple[Seats, ...]:
    """Seats needed and filled, where anybody counted them (D11)."""
    if desk.facts.cover:
        return cover_tables.seats(desk)
    none = desk.words.say("none")
    return tuple(
        Seats(
            effect.project_id,
            desk.words.language_name(queue.lang),
            str(queue.seats_needed) if queue.seats_needed is not None else desk.recorded(""),
            str(queue.seats_filled) if queue.seats_filled is not None else desk.recorded(""),
            desk.recorded(""),
            none,
        )
        for effect in desk.facts.effects
        for queue in effect.queues
        if queue.affected and (queue.seats_needed is not None or queue.seats_filled is not None)
    )


def decisions(desk: Desk) -> tuple[Decided, ...]:
    """Decisions that this client may read, with the role that took them."""
    return tuple(
        Decided(
            desk.recorded(each.what),
            desk.recorded(each.answer),
            desk.words.role(each.by_role),
            each.at,
            each.reason or desk.words.say("not recorded"),
        )
        for each in sorted(desk.facts.decisions, key=lambda each: each.at)
    )


def how_proved(words: Wording, proof: ProofFacts) -> str:
    """The kind of a proof, with the call and the message that it rests on by their own numbers."""
    parts = [words.term(proof.kind)]
    if proof.call:
        parts.append(words.say("call {number}", number=proof.call))
    if proof.message:
        length_s = f"{proof.message_s or 0:.0f}"
        parts.append(
            words.say("message {number} of {seconds} s", number=proof.message, seconds=length_s)
        )
    return "; ".join(parts)


def proofs(desk: Desk) -> tuple[ProofLine, ...]:
    """A row for each proof, and one for each affected line that has none: never assumed."""
    rows: list[ProofLine] = []
    factor, by_line = desk.facts.system.factor, desk.facts.system.carries_calls
    all_lines = desk.words.say("all lines")
    # Where the text says that the usual agents answer, tested, the table does not deny it.
    back = {p.effect.project_id for p in desk.course.projects if p.proved_at is not None}
    for effect in desk.facts.effects:
        lines = [line for queue in effect.queues if queue.affected for line in queue.lines]
        # Of a place of work each proof is of one line, though it is people who are missing.
        named = lines if by_line or desk.facts.system.at_home else []
        whole = all_lines if desk.facts.system.at_home else desk.facts.system.name
        lines = lines if by_line else [whole]
        of_project = [each for each in desk.facts.proofs if each.project_id == effect.project_id]
        for each in sorted(of_project, key=lambda each: each.at):
            line = each.line if each.line in named else all_lines if by_line else lines[0]
            result = "proved" if each.ok else "failed"
            rows.append(
                ProofLine(
                    effect.project_id,
                    line or all_lines,
                    desk.recorded(each.factor),
                    result,
                    how_proved(desk.words, each),
                    desk.words.role(each.by_role),
                    each.at,
                )
            )
        proves = desk.facts.system.proved_by
        reached = {each.line for each in of_project if proves(each.factor)}
        if desk.facts.system.at_home and (
            effect.project_id in back or any(each.factor == factor for each in of_project)
        ):
            reached.add(None)  # the usual agents were heard, on whichever line
        rows.extend(
            ProofLine(
                effect.project_id, line, desk.words.term(factor), "not proved yet", "none",
                "nobody", None,
            )
            for line in lines
            if None not in reached and line not in reached
        )  # fmt: skip
    return tuple(rows)
