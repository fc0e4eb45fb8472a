"""The record of an exercise: every field of the catalogue, nothing blank, nobody named (t1-t22)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitart.reports.exercise import build_exercise
from kitart.reports.exercise_edition import changes_between, fingerprint
from kitart.reports.facts import exercise as f
from kitart.reports.facts.after_action import SignOff
from kitart.reports.picture.drawing import LETTER
from kitart.reports.picture.trend import trend
from kitart.reports.rendering import Document, render
from kitart.reports.wording import Wording
from tests.unit.reports.exercises import after, exercise, step
from tests.unit.reports.test_fuzzed_facts import assert_no_blank, strings_of

pytestmark = pytest.mark.covers("R52", "D28")
CODES = st.sampled_from(["AG-047", "AG-014", "AM-2", "ERT-1", "IT-MGR", "SV-3", "CMT-1"])


def made(facts: f.ExerciseFacts, **edition: Any) -> Document:
    return render(build_exercise(facts, now=after(10000), **edition))


def shown(**changes: Any) -> str:
    return made(exercise(**changes)).text


def section(text: str, title: str) -> str:
    found = re.search(rf"^\d+ {re.escape(title)}\n-+\n(.*?)(?=^\d+ \S.*\n-+$|\Z)", text,
                      re.DOTALL | re.MULTILINE)  # fmt: skip
    assert found, title
    return found[1]


@pytest.mark.covers("D3", "D4", "D22", "D26")
@pytest.mark.parametrize(("language", "mark"), [("en", "EXERCISE"), ("hu", "GYAKORLAT")])
def test_every_section_stands_in_both_languages_and_says_exercise_first(
    language: str, mark: str
) -> None:
    view = build_exercise(exercise(language=language), now=after(10000))
    document = render(view)
    assert len(view.sections) == 20
    assert all(each.blocks for each in view.sections)
    assert all(words.strip() for words in strings_of(view))
    assert_no_blank(document)
    assert document.text.startswith(mark)
    assert document.subject.startswith(mark)
    assert document.file_name.startswith(mark)
    assert f"<title>{mark}" in document.html
    for code in ("AG-014", "AG-052", "IT-MGR", "AM-2"):
        assert code not in document.html


@pytest.mark.covers("D22")
@settings(max_examples=25, deadline=None)
@given(CODES, st.sampled_from(["finding", "cause", "keep", "change", "action", "text", "stopped"]))
def test_no_code_of_a_person_stands_in_it_wherever_it_was_typed(code: str, where: str) -> None:
    words = f"Then {code} had to ask twice"
    base = exercise()
    changes: dict[str, Any] = {
        "finding": {"findings": (f.FindingFacts(seq=1, number=1, text=words,
                                                category="weakness", cause="x"),)},
        "cause": {"findings": (f.FindingFacts(seq=1, number=1, text="x", category="weakness",
                                              cause=words),)},
        "keep": {"hot_wash": (f.HotWashFacts(seq=1, role="agent", keep=words, change=""),)},
        "change": {"hot_wash": (f.HotWashFacts(seq=1, role="agent", keep="", change=words),)},
        "action": {"corrective_actions": tuple(
            each.model_copy(update={"action": words, "resources": words})
            for each in base.corrective_actions)},
        "text": {"written": tuple(each.model_copy(update={"text": words})
                                  for each in base.written)},
        "stopped": {"stopped": True, "stopped_because": words},
    }  # fmt: skip
    assert code not in made(exercise(**changes[where])).html


@pytest.mark.parametrize("empty", [
    "objectives", "injects", "steps", "participants", "messages", "proofs", "findings",
    "corrective_actions", "carried", "hot_wash", "silent", "written", "trend", "following",
    "sign_offs", "confirmed", "lines", "clients", "languages", "levels", "played",
])  # fmt: skip
@pytest.mark.parametrize("language", ["en", "hu"])
@pytest.mark.covers("D3")
def test_what_there_is_none_of_says_so(empty: str, language: str) -> None:
    view = build_exercise(exercise(language=language, **{empty: ()}), now=after(10000))
    assert all(words.strip() for words in strings_of(view))
    assert_no_blank(render(view))


@pytest.mark.covers("D3")
def test_a_step_that_never_came_has_no_number_and_says_why() -> None:
    core = section(shown(), "Expected and actual")
    line = next(each for each in core.splitlines() if "cover level 2" in each)
    assert "Actual: not available: it never came" in line
    assert "Verdict: failed" in line
    late = next(each for each in core.splitlines() if "a backup is live" in each)
    assert "Expected within: 40 min; Actual: 46.5 min; Difference: 6.5 min late" in late


def test_messages_are_counted_by_channel_as_due_sent_and_acknowledged() -> None:
    found = section(shown(), "Messages")
    assert "Channel: SMS; Messages: 2; Sent: 2" in found
    assert "Acknowledged: 1" in found
    assert "Channel: mail; Messages: 1; Sent: 1; Due by a time: 1; Sent late: 1" in found
    assert (
        "Channel: call; Messages: 1; Sent: 0; Due by a time: 0; Sent late: 0; Not arrived: 1"
        in found
    )


def test_objectives_are_met_in_part_or_not_by_what_was_measured() -> None:
    found = section(shown(), "Result of each objective")
    assert (
        "The ERT acknowledges in 5 minutes; Requirement: R9; Steps passed: 1 of 1; Result: "
        "objective met" in found
    )
    assert "Steps passed: 3 of 5; Result: objective met in part" in found
    assert "D19; Steps passed: not available: no step that measures it was expected" in found
    assert "In total: objective met in part" in found
    assert "Why it came out so: A headset was missing" in found


def test_a_proposed_finding_is_said_in_the_readers_language_until_a_person_has_confirmed_it() -> (
    None
):
    assert "never came; 15 min were allowed" in section(shown(), "Findings")
    hungarian = made(exercise(language="hu")).text
    assert "nem következett be; 15 perc állt rendelkezésre" in hungarian
    assert "never came" not in hungarian


@pytest.mark.covers("D29")
def test_open_actions_of_earlier_records_are_carried_over_and_their_effect_is_asked_for() -> None:
    found = section(shown(), "Corrective actions")
    assert "INC-0002/1" in found
    assert "its effect is to be checked now: The next change was announced" in found
    assert "Needs: Twelve headsets" in found


def test_the_hot_wash_stands_by_role_and_says_which_roles_are_silent() -> None:
    found = section(shown(), "Hot wash: what the participants said")
    assert "Role: supervisor on duty; To keep: The link on the phone" in found
    assert "Not answered: an agent (2) and emergency response team member (1)." in found


def test_attendance_is_counted_by_role() -> None:
    found = section(shown(), "Participants")
    assert "Role: an agent; Part: player; Attendance: present; People: 2" in found
    assert "Attendance: replaced by the deputy; People: 1" in found
    assert "Attendance: taken out by a real incident; People: 1" in found
    assert "emergency response team member; Part: player; Attendance: called on, no answer" in found
    assert "Attendance: not called on; People: 1" in found


def test_one_that_was_stopped_says_that_it_does_not_count() -> None:
    text = shown(stopped=True, stage="stopped", stopped_because="Stopped: real work",
                 following=(f.NextExercise(title="Call-out"),))  # fmt: skip
    assert "it does not count as the yearly test" in section(text, "Result")
    assert "Stopped: Stopped: real work" in text
    assert "Call-out: due again at once, this one does not count." in text


def test_the_picture_compares_the_exercises_and_says_the_same_in_words() -> None:
    html = made(exercise()).html
    assert html.count("<svg") == 2
    assert "INC-0001, 2025-11-24: not measured" in html
    assert "INC-0007, 2026-11-24: 46.5 min" in html


def test_a_bar_of_the_picture_is_as_long_as_its_share_and_a_missing_one_has_none() -> None:
    found = trend(Wording("Europe/Budapest"), exercise().trend, ert_minutes=5, cover_minutes=30)
    assert found is not None
    for drawing in found.drawings:
        bars = [each.width for each in drawing.rects]
        assert len(bars) == 8  # one of nine was not measured
        assert bars[0] == max(bars[:3])  # 7.5 minutes, the longest
        half, three_quarters, most = bars[5:]
        assert half < most < three_quarters < bars[0]
        assert half * 2 == pytest.approx(bars[0], abs=0.2)
        assert len([each for each in drawing.strokes if each.look == "due"]) == 2
        assert all(each.x + each.width < drawing.width for each in drawing.rects)
    assert trend(Wording("UTC"), (), ert_minutes=5, cover_minutes=30) is None


@pytest.mark.parametrize("language", ["en", "hu"])
def test_all_words_of_the_picture_are_inside_and_none_is_crossed_by_a_line(language: str) -> None:
    words = Wording("Europe/Budapest", language)
    found = trend(words, exercise().trend, ert_minutes=5, cover_minutes=30)
    assert found is not None
    for drawing in found.drawings:
        for label in drawing.labels:
            ends = label.x + LETTER * len(label.words)
            assert ends <= drawing.width, label.words
            lines = [s for s in drawing.strokes if s.look == "due" and s.y1 < label.y < s.y2]
            assert not any(label.x < line.x1 < ends for line in lines), label.words


def test_the_sign_off_shows_who_has_signed_and_who_not_yet() -> None:
    found = section(shown(), "Sign-off")
    assert "Signed off by: IT manager on duty: Mon 30 Nov 2026" in found
    assert "Signed off by: account manager on duty: not yet" in found


@pytest.mark.covers("D6")
def test_a_draft_fits_as_long_as_nothing_was_written_measured_or_corrected() -> None:
    base = exercise()
    assert fingerprint(base) == fingerprint(exercise(
        sign_offs=(SignOff(step="x", role="cmt_lead"),), due_at=after(30000)))  # fmt: skip
    for changes in (
        {"findings": base.findings[:1]}, {"steps": base.steps[:4]}, {"hot_wash": ()},
        {"written": ()}, {"corrective_actions": ()}, {"corrections": 1},
    ):  # fmt: skip
        assert fingerprint(exercise(**changes)) != fingerprint(base), changes


@pytest.mark.covers("D25")
def test_a_later_version_says_what_was_written_or_found_anew() -> None:
    old = exercise(findings=(), written=())
    said = changes_between(old, exercise())
    assert said == (
        "Written anew: Why it came out so and Effects on real callers and real work.",
        "Findings added or changed: 1, 2, 3.",
    )
    text = made(exercise(), version=2, changes=said).text
    assert "What changed in version 2" in text
    assert "Findings added or changed: 1, 2, 3." in text


@pytest.mark.covers("R22", "R52")
def test_an_objective_says_what_has_to_pass_and_in_which_time_in_the_records_language() -> None:
    live = f.ObjectiveFacts(
        id="live", text="A native backup is live", requirement="R22", measure="backup-live",
        texts={"hu": "Anyanyelvi helyettes fogad hívást"}, limit=100, within_minutes=30,
    )  # fmt: skip
    named = {"objectives": (live,), "scenario_titles": {"hu": "Nincs internet"},
             "titles": {"hu": "Helyettes behívása"}}  # fmt: skip
    english = shown(**named)
    assert "What it was to show: A native backup is live; Requirement: R22" in english
    assert "100%, within 30 min" in english
    hungarian = shown(**named, language="hu")
    for words in ("Anyanyelvi helyettes fogad hívást", "Nincs internet", "Helyettes behívása"):
        assert words in hungarian
    assert "A native backup is live" not in hungarian


def test_no_step_measured_is_no_success() -> None:
    text = shown(steps=(step("a", "answered", "R9", 5, None, None),))
    assert "Total: not available: nothing was measured." in section(text, "Result")
    assert "Steps passed: not available: no step was measured." in text
