"""The picture of an incident: what it shows, to whom, in which room, and the same in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from kitart.reports import facts as f
from kitart.reports.closing_report import build_closing_report
from kitart.reports.picture.axis import Times, limits, ticks
from kitart.reports.picture.drawing import LETTER, Drawing, Picture
from kitart.reports.rendering import render
from kitart.reports.status_update import build_status_update
from tests.unit.reports.cover import At, Make, objective, out, queue

pytestmark = pytest.mark.covers("D11", "A16", "A17")


def held(at: At, *steps: tuple[str, str, int, int, str]) -> tuple[f.SeatsHeld, ...]:
    """Stretches: from, to, needed, own, and one rung of backups, one seat of it ("" for none)."""
    return tuple(
        f.SeatsHeld.model_validate({
            "start": at(start), "end": at(end), "needed": needed, "own": own,
            "by_rung": [{"rung": rung, "seats": 1}] if rung else [],
        })
        for start, end, needed, own, rung in steps
    )  # fmt: skip


def climbing(at: At, **more: Any) -> f.QueueCover:
    """Interim cover that broke, then English only: missed, as in scenario B."""
    shortage = f.ShortageFacts(
        start=at("02:40"), first_cover_at=at("02:58"), answered_at=at("03:29"),
        recovered_at=at("03:29"), restored_at=at("03:29"),
        interim=(f.InterimCover(start=at("02:58"), end=at("03:05")),),
        objectives=(objective(at("02:40"), "missed", late_by_s=19 * 60),),
    )  # fmt: skip
    values = {
        "shortages": (shortage,),
        "held": held(
            at, ("02:40", "02:58", 1, 0, ""), ("02:58", "03:05", 1, 0, "non_native"),
            ("03:05", "03:29", 1, 0, ""), ("03:29", "04:00", 1, 0, "english_only"),
        ),
    }  # fmt: skip
    return queue(at, threatened_at=at("02:40"), **values | more)


def of_cover(make: Make, at: At, *queues: f.QueueCover, **changes: Any) -> Picture:
    facts = out(make, at, *queues, reported_at=at("02:41"), **changes)
    found = build_closing_report(facts, "CL-2", now=at("04:00")).picture
    assert found is not None
    return found


def rects(drawing: Drawing, look: str) -> list[Any]:
    """The blocks of that look; what is smaller than a seat's is the key's."""
    return [each for each in drawing.rects if each.look == look and each.height != 12]


def words_in(drawing: Drawing) -> list[str]:
    return [each.words for each in drawing.labels]


def test_each_rung_has_a_look_of_its_own_and_interim_cover_is_marked(
    make: Make, moment: At
) -> None:
    shown = of_cover(make, moment, climbing(moment))
    for drawing in shown.drawings:
        (other,), (english,) = rects(drawing, "non_native"), rects(drawing, "english_only")
        (bracket,) = rects(drawing, "bracket")
        assert other.x + other.width < english.x
        assert bracket.x <= other.x
        assert bracket.x + bracket.width >= other.x + other.width
        said = words_in(drawing)
        assert "did not last" in said
        assert "backup, not native" in said
        assert "backup, English only" in said


def test_the_objectives_end_and_the_recovery_stand_at_their_moments(make: Make, moment: At) -> None:
    shown = of_cover(make, moment, climbing(moment))
    drawing = shown.drawings[1]
    (due,) = [each for each in drawing.strokes if each.look == "due"]
    (back,) = [each for each in drawing.strokes if each.look == "back"]
    assert due.x1 < back.x1
    assert {"0.5 h ends 03:10", "recovered 03:29"} <= set(words_in(drawing))
    assert any(words.startswith("BRAVO German: missed by 0:19 h") for words in words_in(drawing))


def test_both_limits_are_shown_once_level_four_set_in(make: Make, moment: At) -> None:
    late = objective(
        moment("02:40"), "running", limit_minutes=480, due=moment("10:40"), left_s=400 * 60
    )
    shortage = f.ShortageFacts(
        start=moment("02:40"),
        objectives=(objective(moment("02:40"), "missed", late_by_s=3000), late),
    )
    shown = of_cover(
        make, moment,
        climbing(moment, shortages=(shortage,),
                 sent_away=(f.SentAway(start=moment("03:20")),)),
    )  # fmt: skip
    drawing = shown.drawings[1]
    said = words_in(drawing)
    assert "0.5 h ends 03:10" in said
    # Too far away to be given room: at the edge, with an arrow.
    assert "8 h ends 10:40 →" in said
    assert rects(drawing, "voicemail")
    assert "Callers were sent to voicemail from 03:20 GMT." in shown.about


def test_closed_hours_and_what_nobody_recorded_are_no_empty_seats(make: Make, moment: At) -> None:
    gap = climbing(
        moment,
        held=held(moment, ("02:50", "03:10", 1, 0, ""), ("03:10", "03:40", 0, 0, ""),
                  ("03:40", "04:00", 1, 1, "")),
    )  # fmt: skip
    shown = of_cover(make, moment, gap)
    drawing = shown.drawings[1]
    assert len(rects(drawing, "closed")) == 1
    assert len(rects(drawing, "unseen")) == 1
    assert {"closed", "no record"} <= set(words_in(drawing))
    assert "From 03:10 GMT the line was closed." in shown.about
    # No line of need over a closed time.
    (closed,) = rects(drawing, "closed")
    needs = [each for each in drawing.strokes if each.look == "need" and each.y1 == each.y2]
    assert not [n for n in needs if n.x1 < closed.x + closed.width - 1 and n.x2 > closed.x + 1
                and n.y1 > closed.y - 1 and n.x2 - n.x1 > 30]  # fmt: skip


def test_a_client_sees_its_own_queues_in_its_zone_and_language(make: Make, moment: At) -> None:
    other = climbing(moment, project_id="ALPHA", lang="fr")
    facts = out(make, moment, climbing(moment), other, reported_at=moment("02:41"))
    for client, own, foreign, zone in (
        ("CL-2", "BRAVO", "ALPHA", "GMT"), ("CL-1", "ALPHA", "BRAVO", "CET"),
    ):  # fmt: skip
        shown = build_closing_report(facts, client, now=moment("04:00")).picture
        assert shown is not None
        assert own in shown.about
        everything = shown.about + "".join(w for d in shown.drawings for w in words_in(d))
        assert foreign not in everything
        assert zone in words_in(shown.drawings[0])
    clients = tuple(c.model_copy(update={"language": "hu"}) for c in facts.clients)
    hungarian = facts.model_copy(update={"clients": clients})
    shown = build_closing_report(hungarian, "CL-2", now=moment("04:00")).picture
    assert shown is not None
    assert "BRAVO német: nem teljesült" in shown.about
    assert "szükséges helyek" in words_in(shown.drawings[0])


def test_a_systems_states_divert_and_objective_are_drawn(
    closed_facts: f.IncidentFacts, moment: At
) -> None:
    shown = build_closing_report(closed_facts, "CL-1", now=moment("16:00")).picture
    assert shown is not None
    drawing = shown.drawings[1]
    (down,), (up,) = rects(drawing, "down"), rects(drawing, "up")
    (ordered,), (diverted,) = rects(drawing, "ordered"), rects(drawing, "diverted")
    (overdue,) = rects(drawing, "overdue")
    assert down.x < ordered.x < diverted.x < overdue.x < up.x
    assert "Recovery objective, ALPHA: missed by 0:08 h" in words_in(drawing)
    name, said = shown.points[0]
    assert name == "Milestones"
    assert said == (
        "1 effect on callers began, 15:00 CET", "2 report received, 15:01 CET",
        "3 taken charge of, 15:03 CET", "4 first notification sent, 15:13 CET",
        "5 service back, 15:38 CET", "6 proved, 15:41 CET", "7 back to normal, 15:41 CET",
    )  # fmt: skip


def test_the_picture_ends_where_the_incident_did_not_when_the_report_was_written(
    closed_facts: f.IncidentFacts, moment: At
) -> None:
    soon = build_closing_report(closed_facts, "CL-1", now=moment("16:00")).picture
    late = build_closing_report(closed_facts, "CL-1", now=moment("16:00", day=27)).picture
    assert soon == late


def test_there_is_none_for_a_false_alarm_or_where_nothing_is_known(make: Make, moment: At) -> None:
    false = make(false_alarm=True, false_alarm_reason="a test")
    assert build_closing_report(false, "CL-1", now=moment("15:00")).picture is None
    view = build_closing_report(make(effects=(), states=()), "CL-1", now=moment("15:00"))
    assert view.picture is None
    assert "<svg" not in render(view).html


def test_of_very_many_queues_the_gravest_are_drawn_and_the_rest_is_named(
    make: Make, moment: At
) -> None:
    languages = ("de", "en", "es", "it", "fr", "nl", "pl", "ro", "hu", "cs", "sk", "sv", "da", "fi")
    start = moment("02:40")
    fine = f.ShortageFacts(
        start=start, recovered_at=moment("02:50"), objectives=(objective(start, "met"),)
    )
    queues = [
        climbing(moment, lang=lang, **({} if n > 1 else {"shortages": (fine,)}))
        for n, lang in enumerate(languages)
    ]
    shown = of_cover(make, moment, *queues)
    heads = [each.words for each in shown.drawings[1].labels if each.look == "head"]
    drawn = [each for each in heads if each.startswith("BRAVO")]
    assert len(drawn) == 12
    assert not [each for each in drawn if "German" in each or "English" in each]
    assert shown.left_out == (
        "12 queues are drawn, those that callers missed most in; 2 more stand in the tables."
    )
    assert shown.about.endswith(shown.left_out)


@pytest.mark.parametrize("days", [0.4, 3, 20])
def test_days_are_named_where_it_crosses_midnight(make: Make, moment: At, days: float) -> None:
    end = moment("22:00") + timedelta(days=days)
    states = (
        f.SystemState(at=moment("22:00"), state="down", source="monitor"),
        f.SystemState(at=end, state="up", source="monitor"),
    )
    view = build_status_update(make(states=states), "CL-2", now=end + timedelta(hours=1))
    assert view.picture is not None
    for drawing in view.picture.drawings:
        assert "Tue 24 Nov" in words_in(drawing)
    assert "down from Mon 23 Nov, 22:00 GMT" in view.picture.about


def overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    """Pairs of words in one row that run into each other."""
    found = []
    by_row: dict[float, list[tuple[float, float, str]]] = {}
    for each in drawing.labels:
        wide = len(each.words) * LETTER
        left = each.x - {"start": 0.0, "middle": wide / 2, "end": wide}[each.anchor]
        assert left >= -1
        assert left + wide <= drawing.width + 1, each
        by_row.setdefault(each.y, []).append((left, left + wide, each.words))
    for row in by_row.values():
        for one, other in pairwise(sorted(row)):
            if other[0] < one[1] - 1:
                found.append((one[2], other[2]))
    return found


def test_all_words_have_room_on_paper_and_on_a_phone(
    make: Make, moment: At, closed_facts: f.IncidentFacts
) -> None:
    changes = tuple(
        f.LevelChange(at=moment(when), level=level, by_role="AM-2", project_id="BRAVO")
        for when, level in (("02:45", 2), ("02:47", 3), ("03:06", 4))
    )
    cover = of_cover(make, moment, climbing(moment), climbing(moment, lang="en"),
                     level_changes=changes)  # fmt: skip
    system = build_closing_report(closed_facts, "CL-1", now=moment("16:00")).picture
    assert system is not None
    for drawing in (*cover.drawings, *system.drawings):
        assert overlapping(drawing) == []
        assert all(each.x >= 0 and each.x + each.width <= drawing.width for each in drawing.rects)
        assert all(each.y >= 0 and each.y + each.height <= drawing.height for each in drawing.rects)


def test_whoever_cannot_see_it_reads_the_same(make: Make, moment: At) -> None:
    facts = out(make, moment, climbing(moment), reported_at=moment("02:41"))
    document = render(build_closing_report(facts, "CL-2", now=moment("04:00")))
    for drawn in BeautifulSoup(document.html, "html.parser").find_all("svg"):
        assert drawn["role"] == "img"
        ids = drawn["aria-labelledby"].split()
        title, about = (drawn.find(id=each).get_text() for each in ids)
        assert title == "INC-0142: the course over time"
        for words in (
            "BRAVO German: missed by 0:19 h.", "From 02:40 GMT 0 of 1 seats filled: nobody.",
            "From 02:58 GMT 1 of 1 seats filled", "that did not last and does not count",
            "The recovery time objective ends 03:10 GMT.",
            "All seats were filled for good from 03:29 GMT.",
        ):  # fmt: skip
            assert words in about
        # It needs no script, no style of its own and nothing from outside.
        assert not drawn.find_all(["script", "style", "image", "foreignobject"])
        assert not [tag for tag in drawn.find_all(True) if tag.has_attr("style")]
        assert "http" not in str(drawn)
        used = set(re.findall(r"url\(#([\w-]+)\)", str(drawn)))
        assert used == {each["id"] for each in drawn.find_all("pattern")}
    # In plain text it is told once, though drawn for two widths.
    assert document.text.count("The recovery time objective ends 03:10 GMT.") == 1


def test_a_reading_without_colours_tells_all_looks_apart(make: Make, moment: At) -> None:
    """Plain fills differ by far in brightness, the rest by pattern."""
    html = render(build_closing_report(
        out(make, moment, climbing(moment), reported_at=moment("02:41")), "CL-2",
        now=moment("04:00"))).html  # fmt: skip
    soup = BeautifulSoup(html, "html.parser")
    patterns = [str(each.path["d"]) for each in soup.find("svg").find_all("pattern")]
    assert len(patterns) == len(set(patterns)) == 2


def test_the_same_facts_give_the_same_bytes(make: Make, moment: At) -> None:
    facts = out(make, moment, climbing(moment), reported_at=moment("02:41"))
    again = f.IncidentFacts.model_validate_json(facts.model_dump_json())
    one, other = (
        render(build_closing_report(each, "CL-2", now=moment("04:00"))) for each in (facts, again)
    )
    assert one.html == other.html


def test_versions_from_before_seats_were_kept_are_drawn_without_them(
    make: Make, moment: At
) -> None:
    shown = of_cover(make, moment, climbing(moment, held=()))
    (gap,) = rects(shown.drawings[1], "unseen")
    assert gap.width > 600


def test_in_autumn_both_hours_have_their_ticks() -> None:
    start = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    times = Times("Europe/Budapest", "en", start, start + timedelta(hours=5))
    found = [each.word for each in ticks(times, 8) if not each.day]
    assert found == ["01:00", "02:00", "02:00", "03:00", "04:00"]
    assert times.zone_word == "CEST/CET"


@given(
    st.integers(1, 60 * 24 * 90), st.integers(2, 9),
    st.sampled_from(["Europe/Budapest", "Asia/Kolkata", "UTC", "America/Toronto"]),
)  # fmt: skip
def test_ticks_are_few_in_order_and_inside(minutes: int, most: int, zone: str) -> None:
    start = datetime(2026, 10, 20, 7, 3, tzinfo=UTC)
    times = Times(zone, "hu", start, start + timedelta(minutes=minutes))
    found = [each.at for each in ticks(times, most)]
    assert found == sorted(found)
    assert all(times.start <= each <= times.end for each in found)
    hours = [each for each in ticks(times, most) if not each.day]
    assert len(hours) <= most + 2


@given(
    st.lists(st.integers(0, 5000), min_size=1, max_size=6),
    st.lists(st.integers(0, 50_000), max_size=3),
)
def test_what_happened_is_always_inside_and_what_is_to_come_never_crowds_it_out(
    known: list[int], hoped: list[int]
) -> None:
    zero = datetime(2026, 11, 1, tzinfo=UTC)
    moments = [zero + timedelta(minutes=each) for each in known]
    first, last = limits(moments, [zero + timedelta(minutes=each) for each in hoped])
    assert first == min(moments)
    assert last > max(moments)
    span = max(max(moments) - first, timedelta(minutes=30))
    assert last - first <= (span + max(span / 2, timedelta(minutes=30))) * 1.05
