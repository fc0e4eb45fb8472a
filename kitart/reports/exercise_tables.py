"""The tables of an exercise's record: steps, messages, findings, actions, words of people."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from kitart.reports import exercise_words as named
from kitart.reports import written_parts
from kitart.reports.facts.exercise import ExerciseFacts, InjectFacts, ObjectiveFacts
from kitart.reports.facts.written import said
from kitart.reports.message_words import CHANNELS
from kitart.reports.picture.trend import trend
from kitart.reports.privacy import without_codes
from kitart.reports.tables import how_proved
from kitart.reports.terms import N_
from kitart.reports.views import Drawing, Mark, Pairs, Table, Words
from kitart.reports.wording import Wording
from kitart.rules.exercise_result import Counted, Measured, Result, objective, share_passed, total
from kitart.rules.findings import PROPOSED, SERIOUS, WANTS_ACTION
from kitart.rules.write_up import DONE

Block = Table | Pairs | Words | Drawing
NOT_WRITTEN = N_("not available: nobody has written it yet")
NOT_ARRIVED = ("failed", "undelivered", "uncertain")


def _clean(words: Wording, text: str) -> str:
    return without_codes(" ".join(text.split()), words.language)


def measured(facts: ExerciseFacts) -> tuple[Measured, ...]:
    """The steps as the rules read them."""
    return tuple(Measured(s.expect, s.what, s.verdict, s.actual_minutes) for s in facts.steps)


def counted(facts: ExerciseFacts) -> tuple[tuple[ObjectiveFacts, Counted], ...]:
    """Each objective with what was counted for it."""
    steps = measured(facts)
    return tuple((each, objective(each.measure, each.limit, steps)) for each in facts.objectives)


def overall(facts: ExerciseFacts) -> Result | None:
    """The result of all objectives together (t18)."""
    return total([each.result for _, each in counted(facts)])


def summary(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """What a reader must know who reads no further."""
    found = overall(facts)
    share = share_passed(measured(facts))
    weak = [each for each in facts.findings if each.category in WANTS_ACTION]
    serious = sum(each.category == SERIOUS for each in facts.findings)
    open_ones = sum(each.category == PROPOSED for each in facts.findings)
    passed = sum(each.verdict == "pass" for each in facts.steps)
    lines = [
        words.say("Total: {result}.", result=_total(words, found)),
        words.say("Steps passed: {passed} of {all} ({share}).", passed=words.count(passed),
                  all=words.count(len(facts.steps)),
                  share=words.percent(round(share * 100))) if share is not None
        else words.say("Steps passed: not available: no step was measured."),
        words.say("Findings that want an action: {n}, of them serious: {serious}; not confirmed "
                  "yet: {open}.", n=words.count(len(weak)), serious=words.count(serious),
                  open=words.count(open_ones)),
        words.say("Corrective actions: {n}; carried over from earlier: {carried}.",
                  n=words.count(len(facts.corrective_actions)),
                  carried=words.count(len(facts.carried))),
    ]  # fmt: skip
    if facts.stopped:
        lines.insert(0, words.say("It was stopped before its end: it does not count as the yearly "
                                  "test."))  # fmt: skip
    return (Words(tuple(lines), listed=True),)


def _total(words: Wording, found: Result | None) -> str:
    if found is None:
        return words.say("not available: nothing was measured")
    return words.term(named.RESULTS[found])


def objectives(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """What it was to show, measurably, by which requirement (t6)."""
    head = (
        words.say("What it was to show"), words.say("Requirement"), words.say("Measured by"),
        words.say("To pass"),
    )  # fmt: skip
    by_expect = {step.expect: step for step in facts.steps}
    rows = tuple(
        (
            named.in_words(words, each.text, each.texts),
            each.requirement,
            words.say("all steps") if each.measure == "all"
            else named.step(words, by_expect[each.measure].what) if each.measure in by_expect
            else words.term(named.NOT_MEASURED),
            named.to_pass(words, each),
        )
        for each in facts.objectives
    )  # fmt: skip
    return (Table(words.say("Objectives, each tied to a requirement"), head, rows),)


def results(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """Each objective with its result, the total, and why (t18)."""
    head = (
        words.say("What it was to show"), words.say("Requirement"), words.say("Steps passed"),
        words.say("Result"),
    )  # fmt: skip
    rows = tuple(
        (
            named.in_words(words, each.text, each.texts),
            each.requirement,
            words.say("{passed} of {all}", passed=words.count(count.passed),
                      all=words.count(count.measured))
            if count.measured else words.term(named.NOT_MEASURED),
            named.result(words, count.result),
        )
        for each, count in counted(facts)
    )  # fmt: skip
    pairs = ((words.say("In total"), _total(words, overall(facts))),)
    return (
        Table(words.say("Results by what was measured"), head, rows),
        Pairs((*pairs, *parts(words, facts, ("exercise-result",))[0].pairs)),
    )


def scenario(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """The story and its injects, planned and given (t7)."""
    story = named.in_words(words, facts.scenario, facts.scenario_titles)
    told = Words((story or words.say("None: the contact list is called as it stands."),))
    if not facts.injects:
        return (told,)
    head = (
        words.say("Planned"), words.say("Given"), words.say("To"), words.say("Inject"),
        words.say("Answers"),
    )  # fmt: skip
    rows = tuple(_inject(words, facts, each) for each in facts.injects)
    departures = parts(words, facts, ("exercise-departures",))
    return (told, Table(words.say("Injects"), head, rows), *departures)


def _inject(words: Wording, facts: ExerciseFacts, one: InjectFacts) -> tuple[str, ...]:
    text = one.text.get(words.language) or next(iter(one.text.values()))
    return (
        words.say("after {n} min", n=words.count(one.planned_minutes)),
        words.moment(one.given_at, N_("not given")),
        words.listed([words.role(each) for each in one.to]) if one.to else words.say("nobody"),
        _clean(words, text),
        words.count(one.answers),
    )


def participants(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """Who took part, by role (t9, t10): no name, no code."""
    head = (words.say("Role"), words.say("Part"), words.say("Attendance"), words.say("People"))
    found = Counter((p.role, p.coordinates, p.attendance) for p in facts.participants)
    rows = tuple(
        (
            words.role(role),
            words.say("coordinator") if coordinates else words.say("player"),
            words.term(named.ATTENDANCE[attendance]),
            words.count(number),
        )
        for (role, coordinates, attendance), number in found.items()
    )
    if not rows:
        return (Words((words.say("None on record."),)),
                *parts(words, facts, ("exercise-people",)))  # fmt: skip
    caption = words.say("Attendance, as the record shows it: who answered, decided or confirmed")
    return (Table(caption, head, rows), *parts(words, facts, ("exercise-people",)))


def steps(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """The core: each step with its requirement, expected, actual, the difference, and what shows
    it (t12)."""
    if not facts.steps:
        return (Words((words.say("Not available: the scenario expects no step."),)),)
    head = (
        words.say("Step"), words.say("Requirement"), words.say("Expected within"),
        words.say("Actual"), words.say("Difference"), words.say("Verdict"), words.say("Evidence"),
    )  # fmt: skip
    rows = tuple(
        (
            named.step(words, each.what),
            each.requirement,
            named.minutes(words, each.expected_minutes),
            named.minutes(words, each.actual_minutes),
            named.difference(words, each),
            named.verdict(words, each.verdict),
            each.evidence or words.say("none"),
        )
        for each in facts.steps
    )
    return (Table(words.say("Steps, counted from the inject that they follow"), head, rows),)


def messages(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """What was due, sent and acknowledged, by channel (t13)."""
    if not facts.messages:
        return (Words((words.say("None on record."),)),)
    head = (
        words.say("Channel"), words.say("Messages"), words.say("Sent"), words.say("Due by a time"),
        words.say("Sent late"), words.say("Not arrived"), words.say("Not sent this way"),
        words.say("Acknowledged"),
    )  # fmt: skip
    rows = []
    for channel in dict.fromkeys(each.channel for each in facts.messages):
        mine = [each for each in facts.messages if each.channel == channel]
        due = [each for each in mine if each.due_at is not None]
        late = sum(m.sent_at is not None and m.sent_at > m.due_at for m in due if m.due_at)
        numbers = (
            len(mine), sum(m.sent_at is not None for m in mine), len(due), late,
            sum(m.state in NOT_ARRIVED for m in mine), sum(m.state == "skipped" for m in mine),
            sum(m.acknowledged_at is not None for m in mine),
        )  # fmt: skip
        name = words.term(CHANNELS.get(channel, channel))
        rows.append((name, *map(words.count, numbers)))
    caption = words.say("Messages by channel, counted in the record")
    return (Table(caption, head, tuple(rows)),)


def proofs(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """Which success factors were shown (t14)."""
    if not facts.proofs:
        none = words.say("None was proved: the record has no test call, test message or call.")
        return (Words((none,)),)
    head = (
        words.say("Project"), words.say("What"), words.say("Result"), words.say("How"),
        words.say("When"),
    )  # fmt: skip
    rows = tuple(
        (
            f"{each.project_id}, {each.line}" if each.line else each.project_id,
            words.term(each.factor),
            Mark(words.say("proved"), "met") if each.ok else Mark(words.say("failed"), "missed"),
            how_proved(words, each),
            words.moment(each.at),
        )
        for each in facts.proofs
    )
    caption = words.say("Proofs: a success counts only when it was shown, line by line")
    return (Table(caption, head, rows),)


def findings(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """What it has shown, good and bad (t15)."""
    if not facts.findings:
        return (Words((words.say("None: every step passed, and nobody has written one."),)),)
    known = {each.expect: each for each in facts.steps}
    head = (
        words.say("Number"), words.say("Finding"), words.say("Category"),
        words.say("Requirement"), words.say("Cause"),
    )  # fmt: skip
    rows = tuple(
        (
            str(each.number),
            _clean(words, named.finding(words, each, known)),
            named.category(words, each.category),
            each.requirement or words.say("none"),
            _clean(words, each.cause)
            or (
                words.term(NOT_WRITTEN)
                if each.category in (PROPOSED, *WANTS_ACTION)
                else words.say("none")
            ),
        )
        for each in facts.findings
    )
    return (Table(words.say("Serious weaknesses were told at once"), head, rows),)


def actions(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """What is to change (t16), and what is carried over from earlier records (D29)."""
    today = _today(facts)
    found: list[Block] = []
    head = (
        words.say("Number"), words.say("Finding"), words.say("Action"), words.say("Owner"),
        words.say("Due"), words.say("Check"), words.say("Status"), words.say("Needs"),
    )  # fmt: skip
    if facts.corrective_actions:
        needs = {str(a.number): a.resources for a in facts.corrective_actions}
        rows = written_parts.actions(words, facts.corrective_actions, today)
        found.append(
            Table(
                words.say("Actions, with how we check that they work"),
                head,
                tuple(
                    (*(_clean(words, cell) for cell in row),
                     _clean(words, needs[row[0]]) or words.say("nothing said"))
                    for row in rows
                ),
            )
        )  # fmt: skip
    else:
        found.append(Words((words.say("None decided yet."),)))
    return (*found, *_carried(words, facts))


def _carried(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    if not facts.carried:
        return (Words((words.say("No corrective action of an earlier record is open."),)),)
    head = (
        words.say("Action"), words.say("What is to be done"), words.say("Owner"), words.say("Due"),
        words.say("Status"), words.say("Check"),
    )  # fmt: skip
    rows = tuple(
        (
            each.reference,
            _clean(words, each.action),
            words.role(each.owner_role),
            words.day(each.due),
            words.term(written_parts.STATUS_NAMES.get(each.status, each.status)),
            words.say("its effect is to be checked now: {check}", check=_clean(words, each.check))
            if each.status == DONE else _clean(words, each.check),
        )
        for each in facts.carried
    )  # fmt: skip
    return (Table(words.say("Open actions of earlier records, carried over"), head, rows),)


def hot_wash(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """What to keep, what to change, by role; and which roles have not answered (t17)."""
    if facts.hot_wash_until is None:
        return (Words((words.say("Not available: nobody was asked."),)),)
    nothing = words.say("nothing said")
    head = (words.say("Role"), words.say("To keep"), words.say("To change"))
    rows = tuple(
        (
            words.role(each.role),
            _clean(words, each.keep) or nothing,
            _clean(words, each.change) or nothing,
        )
        for each in facts.hot_wash
    )
    quiet = Counter(facts.silent)
    names = [
        words.say("{role} ({n})", role=words.role(role), n=words.count(number))
        for role, number in sorted(quiet.items())
    ]
    silent = (
        words.say("Not answered: {roles}.", roles=words.listed(names))
        if names else words.say("Everybody who was asked has answered.")
    )  # fmt: skip
    asked = words.say("Asked until {at}.", at=words.moment(facts.hot_wash_until))
    table = (Table(words.say("In the participants' own words"), head, rows),) if rows else ()
    return (*table, Words((silent, asked)))


def compared(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """This exercise beside the ones before it."""
    picture = trend(words, facts.trend, ert_minutes=facts.ert_limit_minutes,
                    cover_minutes=facts.cover_limit_minutes)  # fmt: skip
    if picture is None:
        return (Words((words.say("Not available: no exercise was carried out yet."),)),)
    return (Drawing(picture),)


def following(words: Wording, facts: ExerciseFacts) -> tuple[Block, ...]:
    """When the next one is, and about what (t21)."""
    lines = []
    for each in facts.following:
        title = named.in_words(words, each.title, each.titles)
        if each.planned:
            lines.append(words.say("{title}: planned for {at}.", title=title,
                                   at=words.moment(each.at)))  # fmt: skip
        elif each.at is None:
            lines.append(words.say("{title}: due again at once, this one does not count.",
                                   title=title))  # fmt: skip
        else:
            lines.append(words.say("{title}: due again by {at}.", title=title,
                                   at=words.moment(each.at)))  # fmt: skip
    return (Words(tuple(lines), listed=True),)


def parts(words: Wording, facts: ExerciseFacts, wanted: tuple[str, ...]) -> tuple[Pairs, ...]:
    """What people wrote, or that nobody did."""
    rows = []
    for part in wanted:
        text = said(facts.written, part)
        shown = words.term(NOT_WRITTEN) if text is None else written_parts.text(words, text)
        rows.append((words.term(named.PARTS[part]), _clean(words, shown)))
    return (Pairs(tuple(rows)),)


def _today(facts: ExerciseFacts) -> date:
    return facts.ended_at.astimezone(ZoneInfo(facts.zone)).date()
