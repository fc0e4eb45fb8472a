"""The verdict: nothing that was taken is lost, and all is as quick and as small at the end as
before (D1, D5, E33)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from sandbox.demo.checks import Check
from sandbox.load.figures import ALERT, ANSWER, FIRST_SMS, KINDS, PAGE, Figures, within_ms
from sandbox.load.looking import Look
from sandbox.load.monitors import Accepted
from sandbox.load.record import Record
from sandbox.load.scene import Answered

SLOWER, SLOWER_MS = 1.5, 100.0
"""The last third may be so many times as slow as the first; less than so many ms more is no
difference that anybody notices, and no more than this machine's own restlessness."""
LARGER, LARGER_MB = 1.15, 10.0
GROWTH = 1.25
PERCENTS: Mapping[str, Sequence[int]] = {
    ALERT: (50, 99), PAGE: (50, 99), ANSWER: (50, 99), FIRST_SMS: (50,)
}  # fmt: skip
"""What is compared; of the few first messages of a third only the middle one says something."""


def thirds(seconds: float) -> Sequence[tuple[float, float]]:
    """The first, the middle and the last third, each from and to."""
    return list(pairwise((0.0, seconds / 3, 2 * seconds / 3, seconds)))


def judge_record(
    record: Record, accepted: Accepted, answered: Sequence[Answered], others: int
) -> Iterator[Check]:
    """Nothing accepted is lost, nothing is there twice. ``others`` is how many incidents there may
    be that no monitor reported."""
    yield _every_alert(record, accepted)
    yield _no_incident_twice(record, accepted, others)
    yield _every_answer(record, answered)
    seen = ", ".join(record.broken) or f"{len(record.incidents)} records, {record.entries} entries"
    yield Check("Each record's hash chain is whole (D1)", not record.broken, seen)


def _every_alert(record: Record, accepted: Accepted) -> Check:
    """As often as it was taken, and in the incident of its problem."""
    wrong = []
    for said, times in accepted.times.items():
        received, number = record.alerts.get((said.key, said.start), (0, None))
        if received < times:
            wrong.append(f"{said.key} of {said.start}: taken {times} times, {received} on record")
        elif number is None or number != accepted.numbers.get(said.problem):
            wrong.append(f"{said.key} of {said.start}: its incident is {number}")
    said_of_all = f"{accepted.times.total()} alerts, {len(accepted.times)} runs of problems"
    seen = f"{len(wrong)}: {'; '.join(wrong[:3])}" if wrong else said_of_all
    return Check("Each alert that was taken is on record with its incident", not wrong, seen)


def _no_incident_twice(record: Record, accepted: Accepted, others: int) -> Check:
    of_key: dict[str, set[str]] = {}
    for (key, _), (_, number) in record.alerts.items():
        of_key.setdefault(key, set()).update(() if number is None else (number,))
    twice = [f"{key}: {', '.join(sorted(numbers))}"
             for key, numbers in of_key.items() if len(numbers) > 1]  # fmt: skip
    due = len({said.problem for said in accepted.times})
    if len(record.incidents) > due + others:
        twice.append(f"{len(record.incidents)} incidents of {due} problems")
    seen = "; ".join(twice[:3]) or f"{len(record.incidents)} incidents, {due} problems"
    return Check("No incident is there twice", not twice, seen)


def _every_answer(record: Record, answered: Sequence[Answered]) -> Check:
    lost = [each for each in answered if _on_record(each) not in record.answers]
    kinds = Counter(each.kind for each in answered)
    said = ", ".join(f"{kind} {times}" for kind, times in kinds.most_common())
    seen = f"lost {len(lost)}: {lost[:3]}" if lost else f"{len(answered)}: {said}"
    return Check("Each answer that was acknowledged is on record (D5)", not lost, seen)


def _on_record(given: Answered) -> Answered:
    if given.kind in ("ack", "roll-call"):
        return given
    return Answered(given.person, "decision", given.question, given.answer)


def judge_politeness(figures: Figures) -> Check:
    """Whoever is refused is told what is the matter, and when to come again."""
    rude = Counter((each.kind, each.status) for each in figures.refused if not each.polite)
    all_of = Counter(each.status for each in figures.refused)
    seen = ", ".join(f"{kind} {status}: {times}" for (kind, status), times in rude.items())
    polite = ", ".join(f"{status}: {times}" for status, times in all_of.items()) or "none refused"
    return Check("Whoever is refused hears why, and when to come again", not rude, seen or polite)


def judge_times(figures: Figures, seconds: float) -> Iterator[Check]:
    """The last third is as quick as the first."""
    first, _, last = thirds(seconds)
    for kind in KINDS:
        for percent in PERCENTS[kind]:
            before = within_ms(figures.of(kind, *first), percent)
            after = within_ms(figures.of(kind, *last), percent)
            what = f"{kind}: {percent} of 100 within as long as before"
            if before is None or after is None:
                yield Check(what, False, "none in the first or the last third")
                continue
            slower = after > SLOWER * before and after - before > SLOWER_MS
            yield Check(what, not slower, f"{before:.0f} ms, then {after:.0f} ms")


def judge_memory(looks: Sequence[Look], seconds: float) -> Iterator[Check]:
    """Each part that lives long is as small in the last third as in the middle one."""
    _, middle, last = thirds(seconds)
    before, after = _memory(looks, *middle), _memory(looks, *last)
    for name in before:
        what = f"memory of {name}: no more than before"
        was, is_now = before[name], after.get(name)
        if is_now is None:
            yield Check(what, False, "no look at it in the last third")
            continue
        larger = is_now > LARGER * was and is_now - was > LARGER_MB
        yield Check(what, not larger, f"{was:.0f} MB, then {is_now:.0f} MB")


def _memory(looks: Sequence[Look], from_s: float, to_s: float) -> Mapping[str, float]:
    taken = [look.memory_mb for look in looks if from_s <= look.at_s < to_s]
    names = dict.fromkeys(name for each in taken for name in each)
    return {name: fmean(each[name] for each in taken if name in each) for name in names}


def judge_growth(looks: Sequence[Look], seconds: float) -> Iterator[Check]:
    """An event adds as much to the journal at the end as before."""
    _, middle, last = thirds(seconds)
    for what, of in (("bytes", lambda look: look.journal.bytes),
                     ("rows", lambda look: look.journal.rows)):  # fmt: skip
        said = f"journal: {what} for each event as many as before"
        before, after = (_each(looks, of, *span) for span in (middle, last))
        if before is None or after is None:
            yield Check(said, False, "too few looks at it")
            continue
        yield Check(said, after <= GROWTH * before, f"{before:.1f}, then {after:.1f}")


def _each(looks: Sequence[Look], of: object, from_s: float, to_s: float) -> float | None:
    assert callable(of)
    within = [look for look in looks if from_s <= look.at_s <= to_s]
    if len(within) < 2 or within[-1].events == within[0].events:
        return None
    return float((of(within[-1]) - of(within[0])) / (within[-1].events - within[0].events))
