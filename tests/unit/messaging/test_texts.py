"""The short texts: what stands where, and how long an SMS is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from kitart.messaging.texts import COMMON, EXERCISE, PURPOSES, render_message, sms_parts
from kitart.settings import settings

LINK = "https://continuity.example.com/a/Zm9vYmFyYmF6"
AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "number": "INC-0142",
    "zone": "Europe/London",
    "link": LINK,
    "what": "VCC is down",
    "since": datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
    "answer_by": AT,
    "next_news": datetime(2026, 11, 23, 14, 15, tzinfo=UTC),
    "projects": "ALPHA, BRAVO",
    "proposed": "P1",
    "why": "calls fail",
    "report": "first notification",
    "client": "Isle Travel",
    "version": "2",
    "stale_because": "",
    "lines": "your English and German lines",
    "kind": "recorded notice",
    "ordered_by": "account manager on duty",
    "supplier": "the phone provider",
    "contract": "K-77",
    "symptoms": "no calls arrive",
    "checked": "two test calls",
    "contact": "duty manager +44 20 5550199",
    "affected": "ALPHA, BRAVO affected",
    "evidence": "monitoring",
    "priority": "P1",
    "next_step": "divert",
    "restored": AT,
    "tested": AT,
    "report_by": "30 Nov",
    "headline": "Calls do not reach us.",
    "step": "ERT answer",
    "due": AT,
    "role": "ERT on duty",
    "question": "divert of ALPHA",
    "because": "service is back",
    "sent": AT,
}
CASES = [(name, channel) for name, each in PURPOSES.items() for channel in each.channels]
SMS = [name for name, channel in CASES if channel == "sms"]


@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_each_template_uses_only_its_documented_variables(purpose: str, channel: str) -> None:
    folder = settings().templates_dir / "messages" / "en"
    source = (folder / f"{purpose}.{channel}.j2").read_text()
    used = meta.find_undeclared_variables(Environment().parse(source))
    assert used <= set(PURPOSES[purpose].needs) | COMMON


def test_each_template_belongs_to_a_purpose() -> None:
    files = {f.name for f in (settings().templates_dir / "messages" / "en").iterdir()}
    assert files == {f"{purpose}.{channel}.j2" for purpose, channel in CASES}


@pytest.mark.covers("D16")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_each_text_names_the_incident_and_ends_with_the_link(purpose: str, channel: Any) -> None:
    text = render_message(purpose, channel, "en", **VALUES)
    assert "INC-0142" in text.body + (text.subject or "")
    assert text.body.splitlines()[-1] == LINK
    assert (text.subject is None) == (channel == "sms")


@pytest.mark.covers("D16")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_each_text_with_a_deadline_or_next_news_gives_it_with_its_zone(
    purpose: str, channel: Any
) -> None:
    body = render_message(purpose, channel, "en", **VALUES).body
    if "next_news" in PURPOSES[purpose].needs:
        assert "14:15 GMT" in body
    if "answer_by" in PURPOSES[purpose].needs:
        assert "14:05 GMT" in body


@pytest.mark.parametrize("purpose", SMS)
def test_an_sms_without_its_link_fits_one_part(purpose: str) -> None:
    body = render_message(purpose, "sms", "en", **{**VALUES, "link": ""}).body
    assert sms_parts(body) == 1, f"{len(body)}: {body}"


@pytest.mark.covers("D4")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_an_exercise_says_so_first(purpose: str, channel: Any) -> None:
    text = render_message(purpose, channel, "en", **{**VALUES, "exercise": True})
    assert text.body.startswith("EXERCISE")
    assert text.subject is None or text.subject.startswith("EXERCISE")
    if channel == "sms":
        assert sms_parts(text.body) <= 2


def test_the_first_line_of_an_alarm_asks_for_an_answer() -> None:
    body = render_message("ert-alarm", "sms", "en", **VALUES).body
    assert body.startswith("Can you take INC-0142?")
    assert body.splitlines()[0].endswith("Next step 14:15 GMT.")


@pytest.mark.covers("D6", "E31")
def test_an_approval_request_says_why_the_last_draft_lapsed() -> None:
    stale = {**VALUES, "stale_because": "service is back since 14:11 GMT"}
    assert (
        "service is back since 14:11 GMT"
        in render_message("approval-request", "mail", "en", **stale).body
    )
    assert "lapsed" not in render_message("approval-request", "sms", "en", **VALUES).body


def test_a_missing_value_is_named() -> None:
    short = {name: value for name, value in VALUES.items() if name != "answer_by"}
    with pytest.raises(ValueError, match="ert-alarm: values are missing: answer_by"):
        render_message("ert-alarm", "sms", "en", **short)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no-such", "sms", "en"), "purpose is 'no-such'"),
        (("client-report", "sms", "en"), "channel is 'sms'"),
        (("ert-alarm", "sms", "xx"), "language is 'xx'"),
    ],
)
def test_what_does_not_exist_is_named(arguments: tuple[Any, Any, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        render_message(*arguments, **VALUES)


def test_a_time_without_zone_is_refused() -> None:
    naive = {**VALUES, "since": datetime(2026, 11, 23, 14, 0)}  # noqa: DTZ001
    with pytest.raises(ValueError, match=r"ert-alarm: since is .* no time zone"):
        render_message("ert-alarm", "sms", "en", **naive)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ő" * 70, 1),
        ("ő" * 71, 2),
        ("", 1),
    ],
)
def test_parts_are_counted_as_the_network_counts_them(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(st.sampled_from(CASES), st.dictionaries(st.sampled_from(sorted(VALUES)), TEXT), TEXT)
def test_no_value_breaks_a_text_or_forges_the_link(
    case: tuple[str, Any], changes: dict[str, str], word: str
) -> None:
    fuzzed = {name: f"{text}\nhttps://evil.example" for name, text in changes.items()}
    values = {**VALUES, **fuzzed, "zone": "Europe/London", "link": LINK, "number": "INC-0142"}
    body = render_message(case[0], case[1], "en", **values).body
    assert body.splitlines()[-1] == LINK
    assert "{{" not in body.replace(word, "") or "{{" in "".join(changes.values())
    assert not any(line.startswith("https://evil") for line in body.splitlines())


def test_each_language_of_the_prefix_is_in_the_basic_alphabet() -> None:
    assert all(sms_parts(prefix * 4) == 1 for prefix in EXERCISE.values())
