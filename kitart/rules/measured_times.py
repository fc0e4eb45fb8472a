"""The table of measured times against targets: section c4 of the closing report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kitart.rules.verdicts import ZERO, RtoResult, Verdict, judge, not_applicable


@dataclass(frozen=True)
class MeasuredTime:
    """A row of the table: what is measured, against what, and the verdict."""

    measure: str
    definition: str
    target: timedelta | None
    actual: timedelta | None
    verdict: Verdict
    target_note: str = ""


@dataclass(frozen=True)
class Moments:
    """The moments that the table is worked out from; None is "did not happen" or "not yet"."""

    reported: datetime
    effect_start: datetime | None = None
    ert_acknowledged: datetime | None = None
    ert_due: datetime | None = None
    effect_known: datetime | None = None
    am_told: datetime | None = None
    classified: datetime | None = None
    cmt_needed: datetime | None = None
    cmt_reached: datetime | None = None
    invoked: datetime | None = None
    normal: datetime | None = None


def measured_times(
    moments: Moments,
    recovery: Sequence[RtoResult],
    recovered: datetime | None,
    *,
    now: datetime,
    am_limit: timedelta = timedelta(minutes=5),
    classify_limit: timedelta = timedelta(minutes=10),
    cmt_limit: timedelta = timedelta(minutes=5),
    void: str = "",
) -> tuple[MeasuredTime, ...]:
    """The rows of report section c4, in its order.

    ``void`` (a false alarm, E32) keeps the times for statistics and makes every verdict "not
    applicable" with that reason.
    """
    ert_limit = moments.ert_due - moments.reported if moments.ert_due else timedelta(minutes=5)
    rows = [
        _row(
            "Time to report",
            "effect starts to report received",
            moments.effect_start,
            moments.reported,
            None,
            now,
        ),
        _row(
            "Time to emergency response team",
            "report received to acknowledged by a person",
            moments.reported,
            moments.ert_acknowledged,
            ert_limit,
            now,
        ),
        _row(
            "Time to account manager",
            "effect known to account manager told",
            moments.effect_known,
            moments.am_told,
            am_limit,
            now,
        ),
        _row(
            "Time to classify",
            "report received to priority set",
            moments.reported,
            moments.classified,
            classify_limit,
            now,
        ),
        _row(
            "Time to crisis management team",
            "cover level 3 or 4 recognised to team reached",
            moments.cmt_needed,
            moments.cmt_reached,
            cmt_limit,
            now,
            "cover level 3 or 4 was not needed",
        ),
        _row(
            "Time to invoke",
            "report received to divert or cover ordered",
            moments.reported,
            moments.invoked,
            None,
            now,
        ),
        *(_recovery_row(result, recovered) for result in recovery),
        _row(
            "Time to normal",
            "effect starts to normal service",
            moments.effect_start,
            moments.normal,
            None,
            now,
        ),
    ]
    if not void:
        return tuple(rows)
    return tuple(replace(row, verdict=not_applicable(void)) for row in rows)


def _row(
    measure: str,
    definition: str,
    start: datetime | None,
    end: datetime | None,
    target: timedelta | None,
    now: datetime,
    not_needed: str = "",
) -> MeasuredTime:
    actual = max(ZERO, end - start) if start is not None and end is not None else None
    verdict = judge(start, target, end, now=now)
    if start is None and not_needed:
        verdict = not_applicable(not_needed)
    # "prevented" belongs to recovery only: a report before the effect prevents nothing by itself
    return MeasuredTime(measure, definition, target, actual, replace(verdict, prevented=False))


def _recovery_row(result: RtoResult, recovered: datetime | None) -> MeasuredTime:
    start = result.due - result.target.limit
    return MeasuredTime(
        "Recovery time",
        "effect starts to service restored, held and proved",
        result.target.limit,
        max(ZERO, recovered - start) if recovered is not None else None,
        result.verdict,
        result.target.source,
    )
