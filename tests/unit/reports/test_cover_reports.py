"""What a client reads where agents can't work: true for each situation, by its own queues alone."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from kitart.messaging.known_cover import cover_lines
from kitart.reports import facts as f
from kitart.reports import telling_cover
from kitart.reports.closing_report import build_closing_report
from kitart.reports.course import course_of
from kitart.reports.fingerprint import facts_fingerprint
from kitart.reports.first_notification import build_first_notification
from kitart.reports.rendering import render
from kitart.reports.status_update import build_status_update
from tests import catalogues
from tests.unit.reports.cover import At, Make, objective, out, queue, seated


def first(facts: f.IncidentFacts, now: datetime, client: str = "CL-2") -> str:
    return render(build_first_notification(facts, client, now=now)).text


HEARD = {"executed_at": "2026-11-23T10:20:00Z", "verified_at": "2026-11-23T10:24:00Z"}
SITUATIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"by_rung": seated("native")}, "answered as usual: backups have taken the empty seats.",
     "Callers notice nothing: native speakers answer."),
    ({"by_rung": seated("non_native")}, "in the language of the line, but not by native speakers",
     "Callers are answered in their language, in part by non-native speakers."),
    ({"by_rung": seated("english_only")}, "are answered in English at present",
     "Callers are answered in English, where no speaker of their language is free."),
    ({"needed": 2, "own": 1}, "are answered by fewer agents than usual.",
     "Callers may wait longer than usual."),
    ({"voicemail": HEARD}, "go to voicemail at present.",
     "Callers can leave a message, as a test has shown."),
    ({"voicemail": {"executed_at": "2026-11-23T10:20:00Z"}}, "go to voicemail at present.",
     "Callers are sent to voicemail; that it takes messages is being tested."),
    ({}, "are not answered at present.", "Callers reach nobody."),
    ({"own": 1, "taken": 0}, "are answered by the usual agents.", "Callers notice nothing."),
    ({"open": False}, "Service is closed at present. Lines: your German line.",
     "Nothing while the line is closed."),
    ({"open": False, "threatened_at": None, "shortages": (),
      "coming_at": "2026-11-23T12:00:00Z"}, "When service opens, fewer agents than usual may",
     "Nothing yet."),
]  # fmt: skip


@pytest.mark.covers("R24", "R29", "R35", "R42", "D11")
@pytest.mark.parametrize(("seats", "headline", "felt"), SITUATIONS)
def test_each_situation_is_told_as_it_is(
    make: Make, moment: At, seats: dict[str, Any], headline: str, felt: str
) -> None:
    text = first(out(make, moment, queue(moment, **seats)), moment("10:25"))
    assert headline in text
    assert f"Effect on callers: {felt}" in text
    for wrong in ("system has had", "is not working", "Place of work has", "stable", "divert"):
        assert wrong not in text


def test_the_worst_stands_first_and_each_queue_is_named(make: Make, moment: At) -> None:
    facts = out(
        make, moment,
        queue(moment, by_rung=seated("native")), queue(moment, lang="en", needed=2, own=1),
    )  # fmt: skip
    text = first(facts, moment("10:25"))
    assert "Calls to your English line are answered by fewer agents than usual." in text
    assert "BRAVO English: Callers may wait longer than usual." in text
    assert "BRAVO German: Callers notice nothing: native speakers answer." in text
    assert "BRAVO German: 1 of 1 seats filled (native speakers as backup: 1)." in text
    assert "BRAVO English: 1 of 2 seats filled (usual agents: 1)." in text


@pytest.mark.covers("D22", "D23")
def test_agents_are_numbers_by_country_and_only_the_clients_own(make: Make, moment: At) -> None:
    facts = out(
        make, moment, queue(moment), queue(moment, "ALPHA", "fr"), cover_level=4,
        level_changes=(
            f.LevelChange(at=moment("10:08"), level=2, by_role="AM-2", project_id="BRAVO"),
            f.LevelChange(at=moment("10:20"), level=4, by_role="AM-1", project_id="ALPHA"),
        ),
    )  # fmt: skip
    text = first(facts, moment("10:25"))
    assert "Agents who cannot work at present: Spain: 2." in text
    assert "Romania" not in text
    assert "French" not in text
    view = build_status_update(facts, "CL-2", now=moment("10:25"))
    assert view.heading.cover_level == "2"
    assert "Cover level: 2." in view.level_and_priority


@pytest.mark.covers("D11", "E7")
def test_the_update_says_seats_by_queue_and_who_is_expected(make: Make, moment: At) -> None:
    short = queue(
        moment, needed=3, taken=3, by_rung=seated("non_native", 2), expected=1,
        expected_at=moment("10:45"),
    )  # fmt: skip
    view = build_status_update(out(make, moment, short), "CL-2", now=moment("10:35"))
    (row,) = view.seats
    assert (row.language, row.needed, row.filled) == ("German", "3", "2")
    assert row.how == "speakers of the language, not native: 2"
    assert row.expected == "1 more by 10:45 GMT"
    text = render(view).text
    assert "Seats by queue" in text
    assert "1 more by 10:45 GMT" in text
    assert course_of(out(make, moment, short), "CL-2", moment("10:35")).word == "cover in place"
    alone = short.model_copy(update={"by_rung": (), "own": 1})
    assert course_of(out(make, moment, alone), "CL-2", moment("10:35")).word == "investigating"


@pytest.mark.covers("A17", "E29", "R21", "R41", "A16")
def test_the_closing_report_has_the_clock_of_each_queue(make: Make, moment: At) -> None:
    start = moment("10:02")
    shortage = f.ShortageFacts(
        start=start, first_cover_at=moment("10:20"), answered_at=moment("10:51"),
        recovered_at=moment("10:51"), restored_at=moment("10:51"),
        interim=(f.InterimCover(start=moment("10:20"), end=moment("10:27")),),
        objectives=(objective(start, "missed", late_by_s=19 * 60),),
    )  # fmt: skip
    backup = f.BackupStart(
        rung="native", asked_at=moment("10:09"), due_at=moment("10:39"), live_at=moment("10:20")
    )
    hit = queue(
        moment, lang="en", by_rung=seated("english_only"), shortages=(shortage,), backups=(backup,)
    )
    covered = queue(moment, by_rung=seated("native"), shortages=(), prevented=(
        objective(start, "met", prevented=True),))  # fmt: skip
    facts = out(make, moment, hit, covered, cover_level=3, level_changes=(
        f.LevelChange(at=moment("10:08"), level=2, by_role="AM-2", project_id="BRAVO"),
        f.LevelChange(at=moment("10:30"), level=3, by_role="AM-2", project_id="BRAVO"),
    ), cmt_reached_at=moment("10:33"))  # fmt: skip
    view = build_closing_report(facts, "CL-2", now=moment("12:00"))
    found = dict(view.times)
    rows = {row.measure: row for row in found["BRAVO, English"]}
    assert rows["First cover"].actual == moment("10:20") - start
    assert rows["Full cover"].actual == moment("10:51") - start
    assert rows["Recovery time"].actual == moment("10:51") - start
    assert rows["Backup start"].verdict.outcome.value == "met"
    assert "Recovery time" not in {row.measure for row in found["BRAVO"]}
    invoked = next(row for row in found["BRAVO"] if row.measure == "Time to invoke")
    assert invoked.actual == moment("10:08") - moment("10:04")
    text = render(view).text
    assert "Recovery of BRAVO, English: missed by 0:19 h" in text
    assert "Recovery of BRAVO, German: met: prevented" in text
    assert "2 from" in text
    assert "Backups called out: 1; live: 1." in text
    assert "Type: workplace unusable; Place of work" in text


@pytest.mark.covers("D26", "A23")
@pytest.mark.parametrize("seats", [case[0] for case in SITUATIONS])
def test_a_hungarian_client_reads_nothing_in_english(
    make: Make, moment: At, seats: dict[str, Any]
) -> None:
    shortage = f.ShortageFacts(
        start=moment("10:02"),
        interim=(f.InterimCover(start=moment("10:05"), end=moment("10:07")),),
        objectives=(objective(moment("10:02"), "missed", late_by_s=60),),
    )  # fmt: skip
    hit = {"shortages": (shortage,), "expected": 1, "expected_at": moment("10:45"), **seats}
    plain = out(make, moment, queue(moment, **hit), detected_by="an agent", timeline=tuple(
        f.TimelineEntry(
            seq=n, occurred_at=moment("10:03"), recorded_at=moment("10:03"), type="", text=text,
            author_role="account_manager", source="person", audience="client-safe",
            values=(("queue", "BRAVO/de"), ("level", "2")),
        )
        for n, text in enumerate(
            [*telling_cover.WORDS.values(), *telling_cover.OF_A_QUEUE.values(),
             *telling_cover.LEVELS.values(), *telling_cover.ANSWERED.values()]
        )
    ))  # fmt: skip
    facts = plain.model_copy(update={
        "clients": tuple(c.model_copy(update={"language": "hu"}) for c in plain.clients),
        "open_questions": (), "assumptions": (), "calls": (), "privacy": f.PrivacyAnswer(),
    })  # fmt: skip
    for view in (
        build_first_notification(facts, "CL-2", now=moment("10:25")),
        build_status_update(facts, "CL-2", now=moment("10:25")),
        build_closing_report(facts, "CL-2", now=moment("10:25")),
    ):
        text = render(view).text
        assert catalogues.left_in_english(text, "hu", "reports") == []
        assert "hívássor" in text.lower()


@pytest.mark.covers("E31", "E36")
def test_what_is_over_is_told_as_over(make: Make, moment: At) -> None:
    states = (
        f.SystemState(at=moment("10:02"), state="down", source="person"),
        f.SystemState(at=moment("11:02"), state="up", source="person"),
    )
    proofs = (
        f.ProofFacts(
            factor=f.CALLS_ANSWERED, project_id="BRAVO", kind="person's word", at=moment("11:03"),
            by_role="supervisor", ok=True,
        ),
    )  # fmt: skip
    usual = queue(moment, own=1, taken=0)
    facts = out(make, moment, usual, states=states, proofs=proofs)
    text = first(facts, moment("11:30"))
    assert "Some of the usual agents of your German line could not work from 10:02 GMT" in text
    assert "The usual agents answer again, tested at 11:03 GMT." in text
    never = out(make, moment, usual.model_copy(update={"shortages": ()}), states=states)
    assert "calls were answered all the same" in first(never, moment("11:30"))
    # Until the recovery is declared a line may still be on voicemail, or a level in force.
    watched = build_status_update(facts, "CL-2", now=moment("11:30"))
    assert (watched.heading.variant, watched.state) == ("update", "monitoring")
    declared = facts.model_copy(update={"normal_at": moment("11:02")})
    notice = build_status_update(declared, "CL-2", now=moment("11:30"))
    assert (notice.heading.variant, notice.state) == ("recovery notice", "recovered")


@pytest.mark.covers("E41", "R29", "R35")
def test_what_was_proved_is_told_line_by_line_and_in_its_own_words(make: Make, moment: At) -> None:
    def rows(*factors: str) -> list[tuple[str, str, str]]:
        proofs = tuple(
            f.ProofFacts(
                factor=factor, project_id="BRAVO", kind="person's word", at=moment("10:20"),
                by_role="supervisor", ok=True, line="+49 30 5550122",
            )
            for factor in factors
        )  # fmt: skip
        view = build_status_update(
            out(make, moment, queue(moment), proofs=proofs), "CL-2", now=moment("10:25")
        )
        return [(each.line, each.factor, each.result) for each in view.proofs]

    cover = "calls answered in English"
    assert rows(cover) == [
        ("+49 30 5550122", cover, "proved"),
        ("all lines", f.CALLS_ANSWERED, "not proved yet"),
    ]
    assert rows(f.CALLS_ANSWERED) == [("+49 30 5550122", f.CALLS_ANSWERED, "proved")]


@pytest.mark.covers("D3", "R37")
@pytest.mark.parametrize(
    ("seats", "doing"),
    [
        ({}, "Cover for the seats that are empty is being arranged."),
        ({"backups": True}, "Agents on standby are called out for the seats that are empty."),
        ({"voicemail": ("ordered_at",)}, "Voicemail is being set up for the calls that nobody"),
        ({"voicemail": ("ordered_at", "executed_at")}, "Calls that nobody can answer go to"),
        ({"taken": 1, "by_rung": seated("native")}, "Backups sit in for the agents who are out"),
        ({"own": 1, "taken": 0}, "All seats are filled; the queues are being watched."),
    ],
)
def test_nobody_is_said_to_be_called_out_who_is_not(
    make: Make, moment: At, seats: dict[str, Any], doing: str
) -> None:
    known = dict(seats)
    if known.pop("backups", False):
        known["backups"] = (
            f.BackupStart(rung="native", asked_at=moment("10:05"), due_at=moment("10:35")),
        )
    if steps := known.pop("voicemail", ()):
        known["voicemail"] = f.VoicemailFacts(**dict.fromkeys(steps, moment("10:05")))
    text = first(out(make, moment, queue(moment, **known)), moment("10:25"))
    assert doing in text
    others = {"called out for", "being set up", "can answer go", "Backups sit", "being arranged"}
    assert not [each for each in others if each in text and each not in doing]


@pytest.mark.covers("D22")
def test_a_decider_reads_each_country_once(make: Make, moment: At) -> None:
    gone = tuple(
        f.AgentsOut(project_id=project, country=country, count=count)
        for project, country, count in (("ALPHA", "HU", 6), ("ALPHA", "PL", 1), ("BRAVO", "HU", 2))
    )
    facts = out(make, moment, queue(moment), agents_out=gone)
    said = str(cover_lines(facts, now=moment("10:25"), zone="Europe/London")[0])
    assert "Agents out: 9 (Hungary 8, Poland 1); first missed" in said


@pytest.mark.covers("E41")
def test_the_table_of_proofs_agrees_with_the_recovery_that_is_told(make: Make, moment: At) -> None:
    """A line came back from voicemail, and a call on it was answered: that is the test."""
    states = (
        f.SystemState(at=moment("10:02"), state="down", source="person"),
        f.SystemState(at=moment("11:02"), state="up", source="person"),
    )
    answered = f.ProofFacts(
        factor=f.CALLS_REACH_VCC, project_id="BRAVO", kind="person's word", at=moment("11:03"),
        by_role="vcc_admin", ok=True, line="+49 30 5550122",
    )  # fmt: skip
    facts = out(make, moment, queue(moment, own=1, taken=0), states=states, proofs=(answered,))
    assert "The usual agents answer again, tested at 11:03 GMT." in first(facts, moment("11:30"))
    view = build_status_update(facts, "CL-2", now=moment("11:30"))
    assert [each.result for each in view.proofs] == ["proved"]


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        ("calls answered by native speakers", "Calls were answered by native speakers."),
        ("calls answered in the language", "Calls were answered in the language of the line."),
        ("calls answered in English", "Calls were answered in English."),
        (f.CALLS_ANSWERED, "Calls were answered by the usual agents again."),
        (f.LEAVE_VOICEMAIL, "A test message was left on your line and heard."),
    ],
)
def test_a_proof_of_cover_is_not_told_as_the_usual_agents_answering(
    factor: str, words: str
) -> None:
    entry: Any = SimpleNamespace(type="success factor proved", data={"factor": factor})
    told = telling_cover.cover_line(entry)
    assert told is not None
    assert told.text == words


@pytest.mark.covers("E31", "D3")
@pytest.mark.parametrize(("recovery", "title"), [(True, "Recovery notice"), (False, "update 3")])
def test_a_report_is_called_what_it_was_drafted_as(
    make: Make, moment: At, recovery: bool, title: str
) -> None:
    """Whatever its facts: two reports of one name would lie in one place in SharePoint."""
    facts = out(make, moment, queue(moment))
    for known in (facts, facts.model_copy(update={"normal_at": moment("11:02")})):
        view = build_status_update(
            known, "CL-2", now=moment("11:30"), number=3, recovery=recovery
        )  # fmt: skip
        assert title in view.heading.title


@pytest.mark.covers("D6", "D23", "E29")
def test_a_draft_grows_stale_with_its_own_seats_and_levels_alone(make: Make, moment: At) -> None:
    def mark(*queues: f.QueueCover, **changes: Any) -> str:
        return facts_fingerprint(out(make, moment, *queues, **changes), "CL-2")

    mine, other = queue(moment), queue(moment, "ALPHA", "fr")
    before = mark(mine, other)
    taken = queue(moment, "ALPHA", "fr", by_rung=seated("native"))
    assert mark(mine, taken) == before
    assert mark(queue(moment, expected=1, expected_at=moment("10:40")), other) == before
    assert mark(queue(moment, open=False), other) == before
    assert mark(queue(moment, by_rung=seated("native")), other) != before
    assert mark(queue(moment, let_down=1), other) != before
    assert mark(queue(moment, voicemail=HEARD), other) != before

    def level(project: str) -> str:
        change = f.LevelChange(at=moment("10:08"), level=2, by_role="AM-2", project_id=project)
        return mark(mine, other, level_changes=(change,), cover_level=2)

    assert level("ALPHA") == before
    assert level("BRAVO") != before
