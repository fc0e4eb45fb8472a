"""The short texts: what stands where, and how long an SMS is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from kitart.language import LANGUAGES, phrase
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
    "undriven": datetime(2026, 11, 23, 14, 6, tzinfo=UTC),
    "driven": datetime(2026, 11, 23, 14, 9, tzinfo=UTC),
    "showed": datetime(2026, 11, 23, 15, 9, tzinfo=UTC),
    "shows": datetime(2026, 11, 23, 14, 9, tzinfo=UTC),
    "back": True,
    "answer_by": AT,
    "next_news": datetime(2026, 11, 23, 14, 15, tzinfo=UTC),
    "projects": "ALPHA, BRAVO",
    "proposed": "P1",
    "drafted": datetime(2026, 12, 2, 8, 0, tzinfo=UTC),
    "address": "https://continuity.example.com/incident/INC-0142/write-up",
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
    "input": "Shift roster of the day",
    "source": "Planning supplier",
    "decision": "Use yesterday's roster",
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
    "gone": "50%",
    "step": "ERT answer",
    "due": AT,
    "role": "ERT on duty",
    "state": "a legal clock has run out, nothing is recorded as done",
    "duty": "Notify the supervisory authority of a personal data breach",
    "party": "the company, towards Isle Travel",
    "told": "Isle Travel",
    "until": "2026-11-24 15:05 GMT",
    "question": "divert of ALPHA",
    "because": "service is back",
    "text": "AG-014 has no internet and can't say when it comes back",
    "real": "INC-0142",
    "change": "ERT member ERT-3 is asked to take over from you. "
    "You stay in charge until the answer is yes",
    "reason": "nobody of us knows it",
    "action": "Spread the German backups over two countries",
    "check": "The area report shows two areas",
    "finding": "Nobody knew who switches the line",
    "cause": "The matrix names one person alone",
    "answer": "Order the divert",
    "run": "0c7bb1f0-3d2c-4a5e-9c4b-0a3f0b1f5a11",
    "answered": "41",
    "asked": "44",
    "share": "93.1%",
    "least": "95%",
    "ert": "first answer after 3.5 of 5 minutes",
    "count": "3",
    "gaps": "account manager AM-2, sms: no answer",
    "untried": "voice (25)",
    "reasons": "incident of cover level 2 or worse, or P1: INC-0141; new client: CL-5",
    "effective": "2026-12-01",
    "changes": "ALPHA: seats de on day 2 → 4; agent AG-047 new on BRAVO/de",
    "paper": "https://continuity.example.com/paper",
    "sent": AT,
    "day": "2026-11-26",
    "points": ("serious: ALPHA/nl has no reserve", "BRAVO/de: 14 hours hold on a lower rung"),
    "seat": "BRAVO, Spanish",
    "level": "4",
    "ends": AT,
    "numbers": "INC-0142, INC-0143",
    "news": ("INC-0142: half of the recovery time is gone", "INC-0143 P1: internal alert, mail"),
    "earlier": ("INC-0142: a quarter of the recovery time is gone",),
}
VALUES_HU: dict[str, Any] = VALUES | {
    "state": "lejárt egy jogi határidő",
    "duty": "Az adatvédelmi incidens bejelentése a felügyeleti hatóságnak",
    "what": "VCC nem működik",
    "why": "elvesznek a hívások",
    "report": "első értesítés",
    "lines": "német és angol nyelvű vonal",
    "kind": "rögzített bemondás",
    "ordered_by": "ügyeletes account manager",
    "supplier": "a telefonszolgáltató",
    "input": "napi beosztás",
    "source": "beosztáskészítő szállító",
    "decision": "a tegnapi beosztás",
    "symptoms": "nem érkezik hívás",
    "checked": "két próbahívás",
    "contact": "ügyeletvezető +36 1 5550199",
    "affected": "ALPHA, BRAVO",
    "evidence": "monitorozás",
    "priority": "P1 (eldöntve)",
    "next_step": "átirányítás",
    "report_by": "nov. 30.",
    "headline": "A hívások nem jutnak el hozzánk.",
    "step": "az incidens átvétele",
    "role": "ERT",
    "question": "Elrendeli a szolgáltatói átirányítást?",
    "because": "a telefonrendszer ismét működik",
    "text": "AG-014-nek nincs internete, és nem tudja megmondani, mikor lesz",
    "change": "ERT-3 (az ERT tagja) kérést kapott, hogy vegye át Öntől. "
    "Az igen válaszig Ön a felelős",
    "reason": "közülünk senki sem ismeri",
    "ert": "az első válasz 3.5 perc múlva érkezett (határidő: 5 perc)",
    "gaps": "AM-2 (account manager), sms: nincs válasz",
    "points": ("súlyos: az ALPHA/nl sornak nincs tartaléka",),
    "seat": "BRAVO, spanyol",
    "news": ("INC-0142: eltelt az idő fele", "INC-0143, P1: belső riasztás"),
    "earlier": ("INC-0142: eltelt az idő negyede",),
}
SAID = {"en": VALUES, "hu": VALUES_HU}
CASES = [(name, channel) for name, each in PURPOSES.items() for channel in each.channels]
SMS = [name for name, channel in CASES if channel == "sms"]
# ADR 8: a letter like ő makes parts of 67; the texts to clients name lines and a phone as well.
MOST_PARTS = {"en": 1, "hu": 2}
TO_CLIENTS = (
    "client-first-notification", "client-limited-service", "client-recovery",
    "false-alarm-correction",
)  # fmt: skip

each_language = pytest.mark.parametrize("language", LANGUAGES)


def folder(language: str) -> Path:
    return settings().templates_dir / "messages" / language


def variables_of(purpose: str, channel: str, language: str) -> set[str]:
    templates = Environment()
    templates.filters["begun"] = str
    source = (folder(language) / f"{purpose}.{channel}.j2").read_text()
    return meta.find_undeclared_variables(templates.parse(source))


@each_language
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_each_template_uses_only_its_documented_variables(
    purpose: str, channel: str, language: str
) -> None:
    used = variables_of(purpose, channel, language)
    assert used <= set(PURPOSES[purpose].needs) | COMMON


@pytest.mark.covers("D26")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_a_text_says_as_much_in_every_language(purpose: str, channel: str) -> None:
    """What is told in English is told in Hungarian too: the same values stand in both."""
    assert variables_of(purpose, channel, "hu") == variables_of(purpose, channel, "en")


@each_language
def test_each_template_belongs_to_a_purpose(language: str) -> None:
    files = {f.name for f in folder(language).iterdir()}
    assert files == {f"{purpose}.{channel}.j2" for purpose, channel in CASES}


@each_language
@pytest.mark.covers("D16")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_each_text_names_the_incident_and_ends_with_the_link(
    purpose: str, channel: Any, language: str
) -> None:
    text = render_message(purpose, channel, language, **SAID[language])
    assert "INC-0142" in text.body + (text.subject or "")
    assert text.body.splitlines()[-1] == LINK
    assert (text.subject is None) == (channel != "mail")


@each_language
@pytest.mark.covers("D16")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_each_text_with_a_deadline_or_next_news_gives_it_with_its_zone(
    purpose: str, channel: Any, language: str
) -> None:
    body = render_message(purpose, channel, language, **SAID[language]).body
    if "next_news" in PURPOSES[purpose].needs:
        assert "14:15 GMT" in body
    if "answer_by" in PURPOSES[purpose].needs:
        assert "14:05 GMT" in body


@each_language
@pytest.mark.parametrize("purpose", SMS)
def test_an_sms_without_its_link_is_short(purpose: str, language: str) -> None:
    body = render_message(purpose, "sms", language, **{**SAID[language], "link": ""}).body
    most = MOST_PARTS[language] + (language == "hu" and purpose in TO_CLIENTS)
    assert sms_parts(body) <= most, f"{len(body)}: {body}"


@each_language
@pytest.mark.covers("D16")
@pytest.mark.parametrize("purpose", ["ert-alarm", "ert-reminder", "am-information"])
def test_an_sms_that_can_be_replied_to_says_how_and_is_as_short(
    purpose: str, language: str
) -> None:
    values = {**SAID[language], "link": "", "replies": True}
    body = render_message(purpose, "sms", language, **values).body
    assert ("1" if purpose == "am-information" else "1 = ") in body
    assert sms_parts(body) <= MOST_PARTS[language], f"{len(body)}: {body}"
    without = render_message(purpose, "sms", language, **{**values, "replies": False}).body
    assert "1 =" not in without


@pytest.mark.covers("D26")
@pytest.mark.parametrize("purpose", SMS)
def test_the_first_part_of_a_hungarian_sms_names_the_incident(purpose: str) -> None:
    body = render_message(purpose, "sms", "hu", **VALUES_HU).body
    assert "INC-0142" in body[:67]


@each_language
@pytest.mark.covers("D4")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_an_exercise_says_so_first(purpose: str, channel: Any, language: str) -> None:
    text = render_message(purpose, channel, language, **{**SAID[language], "exercise": True})
    mark = {"en": "EXERCISE - no real incident", "hu": "GYAKORLAT - nem valós esemény"}[language]
    assert text.body.startswith(mark)
    assert text.subject is None or text.subject.startswith(mark)
    if channel == "sms":
        assert sms_parts(text.body) <= {"en": 2, "hu": 4}[language], f"{len(text.body)}"


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("en", "Can you take INC-0142?", "Next step 14:15 GMT."),
        ("hu", "Riasztás: INC-0142. Vállalja?", "Következő lépés: 14:15 GMT."),
    ],
)
def test_the_first_line_of_an_alarm_asks_for_an_answer(
    language: str, first: str, last: str
) -> None:
    body = render_message("ert-alarm", "sms", language, **SAID[language]).body
    assert body.startswith(first)
    assert body.splitlines()[0].endswith(last)


@pytest.mark.covers("D6", "E31")
@pytest.mark.parametrize(("language", "lapsed"), [("en", "lapsed"), ("hu", "elavult")])
def test_an_approval_request_says_why_the_last_draft_lapsed(language: str, lapsed: str) -> None:
    stale = {**SAID[language], "stale_because": "service is back since 14:11 GMT"}
    assert (
        "service is back since 14:11 GMT"
        in render_message("approval-request", "mail", language, **stale).body
    )
    assert lapsed in render_message("approval-request", "sms", language, **stale).body
    now = render_message("approval-request", "sms", language, **SAID[language]).body
    assert lapsed not in now


@pytest.mark.covers("D26")
def test_a_language_without_texts_is_answered_in_english() -> None:
    for channel in ("sms", "mail"):
        text = render_message("ert-alarm", channel, "de", **{**VALUES, "exercise": True})  # type: ignore[arg-type]
        assert text == render_message("ert-alarm", channel, "en", **{**VALUES, "exercise": True})  # type: ignore[arg-type]
    assert "Can you take INC-0142?" in text.body


@pytest.mark.covers("D26", "E38")
@pytest.mark.parametrize(
    ("language", "zone", "shown"),
    [
        ("en", "Europe/Budapest", "Mon 23 Nov 2026, 15:05 CET (14:05 UTC)"),
        ("hu", "Europe/Budapest", "2026. november 23., 15:05 CET (14:05 UTC)"),
        ("hu", "UTC", "2026. november 23., 14:05 UTC"),
        ("en", "America/Sao_Paulo", "Mon 23 Nov 2026, 11:05 UTC-03 (14:05 UTC)"),
        ("hu", "Pacific/Auckland", "2026. november 24., 03:05 NZDT (november 23., 14:05 UTC)"),
    ],
)
def test_a_moment_in_a_mail_is_written_as_the_language_does(
    language: str, zone: str, shown: str
) -> None:
    values = {**SAID[language], "zone": zone}
    assert shown in render_message("ert-alarm", "mail", language, **values).body


@pytest.mark.covers("D26", "E38")
@pytest.mark.parametrize(
    ("language", "written", "shown"),
    [
        ("en", datetime(2026, 11, 22, 14, 5, tzinfo=UTC), "by Mon 23 Nov, 14:05 GMT"),
        ("hu", datetime(2026, 11, 22, 14, 5, tzinfo=UTC), "nov. 23., 14:05 GMT"),
        ("en", datetime(2026, 11, 18, 9, 0, tzinfo=UTC), "by Mon 23 Nov, 14:05 GMT"),
        ("en", datetime(2026, 11, 23, 0, 5, tzinfo=UTC), "by 14:05 GMT"),
        ("hu", datetime(2026, 11, 23, 14, 0, tzinfo=UTC), "idő: 14:05 GMT"),
    ],
)
def test_a_time_of_another_day_has_its_day_in_an_sms(
    language: str, written: datetime, shown: str
) -> None:
    """ "By 03:36", read at 03:37, is over; if tomorrow is meant, it must say so."""
    body = render_message("decision-request", "sms", language, **SAID[language], now=written).body
    assert shown in body


@pytest.mark.covers("D26")
def test_a_time_soon_after_midnight_needs_no_day_in_an_sms() -> None:
    soon = {**VALUES, "answer_by": datetime(2026, 11, 24, 0, 3, tzinfo=UTC)}
    late = datetime(2026, 11, 23, 23, 58, tzinfo=UTC)
    assert "by 00:03 GMT" in render_message("decision-request", "sms", "en", **soon, now=late).body


@each_language
@pytest.mark.covers("D26")
@pytest.mark.parametrize(("purpose", "channel"), CASES)
def test_each_sentence_begins_with_a_capital(purpose: str, channel: Any, language: str) -> None:
    what = {"en": "agents can't work", "hu": "operátorok nem tudnak dolgozni"}[language]
    body = render_message(purpose, channel, language, **SAID[language] | {"what": what}).body
    assert not re.search(rf"(^|[.?!] ){what}", body, re.MULTILINE), body


@pytest.mark.covers("D26")
@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Who answers?", "INC-0142: Who answers? Answer by Mon 23 Nov 2026"),
        ("The voicemail box is yours", "INC-0142: The voicemail box is yours. Answer by Mon 23"),
    ],
)
def test_the_subject_of_a_question_sets_its_two_sentences_apart(question: str, begins: str) -> None:
    asked = {**VALUES, "question": question}
    subject = render_message("decision-request", "mail", "en", **asked).subject
    assert subject is not None
    assert subject.startswith(begins)


@pytest.mark.covers("D26")
def test_a_phrase_among_the_values_is_put_in_in_the_texts_language() -> None:
    values = {**VALUES, "what": phrase("{system} offline", system="VCC"),
              "next_news": phrase("when the priority is set")}  # fmt: skip
    english = render_message("ert-alarm", "sms", "en", **values).body
    hungarian = render_message("ert-alarm", "sms", "hu", **values).body
    assert "VCC offline since 14:00 GMT" in english
    assert "Next step when the priority is set." in english
    assert "VCC nem elérhető 14:00 GMT óta" in hungarian
    assert "Következő lépés: a prioritás megadásakor." in hungarian


def test_a_missing_value_is_named() -> None:
    short = {name: value for name, value in VALUES.items() if name != "answer_by"}
    with pytest.raises(ValueError, match="ert-alarm: values are missing: answer_by"):
        render_message("ert-alarm", "sms", "en", **short)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no-such", "sms", "en"), "purpose is 'no-such'"),
        (("client-report", "sms", "en"), "channel is 'sms'"),
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


@given(
    st.sampled_from(CASES),
    st.sampled_from(LANGUAGES),
    st.dictionaries(st.sampled_from(sorted(VALUES)), TEXT),
    TEXT,
)
def test_no_value_breaks_a_text_or_forges_the_link(
    case: tuple[str, Any], language: str, changes: dict[str, str], word: str
) -> None:
    fuzzed = {name: f"{text}\nhttps://evil.example" for name, text in changes.items()}
    values = {**VALUES, **fuzzed, "zone": "Europe/London", "link": LINK, "number": "INC-0142"}
    body = render_message(case[0], case[1], language, **values).body
    assert body.splitlines()[-1] == LINK
    assert "{{" not in body.replace(word, "") or "{{" in "".join(changes.values())
    assert not any(line.startswith("https://evil") for line in body.splitlines())


def test_the_english_exercise_mark_is_in_the_basic_alphabet() -> None:
    assert sms_parts(EXERCISE * 4) == 1
