"""The tables of cover, by queue: seats, objectives, measured times (b5, b7, c4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from kitart.reports import cover_words
from kitart.reports.building import Desk
from kitart.reports.facts import BackupStart, Objective, QueueCover, ShortageFacts
from kitart.reports.terms import N_
from kitart.reports.views import RtoLine, Seats
from kitart.rules.measured_times import MeasuredTime
from kitart.rules.verdicts import ZERO, Verdict, judge, not_applicable, worst

NOBODY_MISSED = not_applicable("no effect inside service hours")
FIRST_COVER = N_("First cover"), N_("effect starts to first agent live for a lost seat")
FULL_COVER = N_("Full cover"), N_("effect starts to all lost seats filled for good")
RECOVERY = N_("Recovery time"), N_("effect starts to calls answered for good, as the level demands")
BACKUP = N_("Backup start"), N_("backup contacted to live")
VOICEMAIL = N_("Voicemail"), N_("level 4 to a message left and heard in a test")


def seats(desk: Desk) -> tuple[Seats, ...]:
    """Each affected queue: seats needed, filled, by whom, and who is expected when (D11)."""
    return tuple(
        Seats(
            queue.project_id,
            desk.words.language_name(queue.lang),
            str(queue.needed),
            str(queue.filled),
            cover_words.how(desk.words, queue),
            cover_words.expected(desk.words, queue),
        )
        for queue in touched(desk)
    )


def rto_lines(desk: Desk) -> tuple[RtoLine, ...]:
    """Each affected queue's objectives, with when they end and the verdict (b7, A17)."""
    found = []
    for queue in touched(desk):
        name = label(desk, queue)
        for start, after, objective in _objectives(queue):
            result = objective.result()
            found.append(
                RtoLine(
                    name, start, result.due, desk.words.hours(result.target.limit),
                    desk.words.term(result.target.source), _verdict(desk, result.verdict), after,
                )
            )  # fmt: skip
        if not _objectives(queue):
            limit = desk.words.hours(timedelta(minutes=desk.facts.rto_minutes))
            unknown = desk.words.say("Not yet known.")
            found.append(RtoLine(name, None, None, limit, unknown, NOBODY_MISSED))
    return tuple(found)


def verdicts(desk: Desk) -> tuple[tuple[str, Verdict], ...]:
    """The verdict on the recovery of each affected queue (c4)."""
    return tuple((label(desk, queue), _worst(desk, queue)) for queue in touched(desk))


def times(desk: Desk) -> tuple[tuple[str, tuple[MeasuredTime, ...]], ...]:
    """The measured times of each affected queue against their targets (c4)."""
    return tuple((label(desk, queue), _times(desk, queue)) for queue in touched(desk))


def touched(desk: Desk) -> list[QueueCover]:
    """The queues in which anybody was missed, or is about to be."""
    return [each for each in desk.facts.cover if each.touched]


def label(desk: Desk, queue: QueueCover) -> str:
    """ "BRAVO, Spanish"."""
    return f"{queue.project_id}, {desk.words.language_name(queue.lang)}"


def _worst(desk: Desk, queue: QueueCover) -> Verdict:
    found = [_verdict(desk, each.result().verdict) for _, _, each in _objectives(queue)]
    return worst(found or [NOBODY_MISSED])


def _times(desk: Desk, queue: QueueCover) -> tuple[MeasuredTime, ...]:
    rows: list[MeasuredTime] = []
    for shortage in queue.shortages:
        rows.append(_row(FIRST_COVER, shortage.start, shortage.first_cover_at, desk.now))
        rows.append(_row(FULL_COVER, shortage.start, shortage.recovered_at, desk.now))
    for _, after, objective in _objectives(queue):
        found = objective.result()
        limit, source = found.target.limit, found.target.source
        rows.append(MeasuredTime(*RECOVERY, limit, after, found.verdict, source))
    rows += [_backup(each, desk.now) for each in queue.backups if each.needed]
    if queue.voicemail_outcome is not None:
        rows.append(_voicemail(queue, queue.voicemail_outcome))
    return tuple(replace(row, verdict=_verdict(desk, row.verdict)) for row in rows)


def _row(
    what: tuple[str, str], start: datetime, end: datetime | None, now: datetime
) -> MeasuredTime:
    actual = max(ZERO, end - start) if end is not None else None
    return MeasuredTime(*what, None, actual, judge(start, None, end, now=now))


def _voicemail(queue: QueueCover, milestone: Objective) -> MeasuredTime:
    heard, found = queue.voicemail.verified_at, milestone.result()
    actual = max(ZERO, heard - found.target.in_force_from) if heard else None
    return MeasuredTime(*VOICEMAIL, found.target.limit, actual, found.verdict)


def _backup(backup: BackupStart, now: datetime) -> MeasuredTime:
    """The thirty minutes of one who was called out, from the contact on (A5, E9)."""
    limit = backup.due_at - backup.asked_at
    verdict = judge(backup.asked_at, limit, backup.live_at, now=max(now, backup.asked_at))
    actual = backup.live_at - backup.asked_at if backup.live_at else None
    return MeasuredTime(*BACKUP, limit, actual, replace(verdict, prevented=False))


def _objectives(queue: QueueCover) -> list[tuple[datetime | None, timedelta | None, Objective]]:
    """Each objective with the start of its effect and the time until service was restored."""
    found: list[tuple[datetime | None, timedelta | None, Objective]] = [
        (queue.threatened_at, ZERO, each) for each in queue.prevented
    ]
    for shortage in queue.shortages:
        found += [(shortage.start, _after(shortage), each) for each in shortage.objectives]
    return found


def _after(shortage: ShortageFacts) -> timedelta | None:
    if shortage.restored_at is None:
        return None
    return max(ZERO, shortage.restored_at - shortage.start)


def _verdict(desk: Desk, verdict: Verdict) -> Verdict:
    if not desk.facts.false_alarm:
        return verdict
    return not_applicable("false alarm: kept for statistics only")
