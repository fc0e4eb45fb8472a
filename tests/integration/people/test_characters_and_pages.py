"""Characters as data, and forms as a person meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.characters import Characters
from sandbox.pages import chosen, form_data, page_of

URL = "http://127.0.0.1:8090/q/abc?t=1"


def test_characters_come_from_yaml_on_top_of_the_default(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(
        """
default: {delay_s: 2, answers: {ack: take, priority: P1, approve: approve, safe: yes}}
AM-1: {delay_s: 40, answers: {priority: P2}}
AM-2: never
ERT-1: {like: late, scans: 4}
""",
        encoding="utf-8",
    )
    characters = Characters.load(file)
    assert characters.of("AG-001").delay_s == 2
    assert characters.of("AG-001").answer_to("safe") == "yes"
    assert characters.of("AM-1").delay_s == 40
    assert characters.of("AM-1").answer_to("priority") == "P2"
    assert characters.of("AM-1").answer_to("ack") == "take"
    assert characters.of("AM-1").answer_to("unheard of") == "first"
    assert not characters.of("AM-2").reads
    assert (characters.of("ERT-1").delay_s, characters.of("ERT-1").scans) == (1800, 4)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"delay_s": -1}, "delay_s"),
        ({"delay": 1}, "delay"),
        ({"like": "odd"}, "one of at_once, late, never, declines, scanner"),
    ],
)
def test_a_character_that_makes_no_sense_is_refused_with_the_persons_code(
    entry: dict[str, object], says: str
) -> None:
    with pytest.raises(ValueError, match=f"(?s)AM-1: .*{says}"):
        Characters({"AM-1": entry})


def test_a_form_is_read_with_its_hidden_fields_choices_and_blanks() -> None:
    page = page_of(
        """<title>T</title><h1> Which <b>level</b>? </h1>
        <form data-question-kind="level" data-question-id="Q-7" action="../answer">
        <input type=hidden name=csrf value=x><input type=checkbox name=confirm required>
        <input type=checkbox name=extra><select name=reason><option value="">-</option>
        <option value=a>A</option></select><input name=name><textarea name=note></textarea>
        <input type=submit name=answer value=2><button name=answer value=3>3</button>
        <button name=answer value=4 disabled>4</button><button name=other value=z>z</button>
        </form>""",
        URL,
    )
    (question,) = page.questions
    assert page.seen == "Which level ?"
    assert (question.kind, question.question_id) == ("level", "Q-7")
    assert question.action == "http://127.0.0.1:8090/answer"
    assert question.options == ("2", "3")
    assert form_data(question, "3", {"name": "AM-1"}) == [
        ("csrf", "x"),
        ("confirm", "on"),
        ("reason", "a"),
        ("name", "AM-1"),
        ("note", ""),
        ("answer", "3"),
    ]


def test_answers_may_be_radio_buttons_or_a_list_and_the_form_may_post_to_its_own_page() -> None:
    page = page_of(
        """<form data-question-kind=ack><input type=radio name=answer value=yes>
        <input type=radio name=answer value=no><button>Send</button></form>
        <form data-question-kind=priority data-question-id=P><select name=answer><option value="">
        <option>P1</option><option>P2</option></select></form>""",
        URL,
    )
    radio, choice = page.questions
    assert (radio.options, radio.action, radio.question_id) == (("yes", "no"), URL, "/q/abc")
    assert choice.options == ("P1", "P2")


@pytest.mark.parametrize(
    ("wanted", "options", "answer"),
    [
        ("first", ("a", "b"), "a"),
        ("decline", ("take", "decline", "later"), "decline"),
        ("decline", ("P1", "P4"), "P4"),
        ("b", ("a", "b"), "b"),
        ("c", ("a", "b"), None),
        ("leave", ("a", "b"), None),
        ("first", (), None),
    ],
)
def test_a_wish_means_one_of_the_options_or_none(
    wanted: str, options: tuple[str, ...], answer: str | None
) -> None:
    assert chosen(wanted, options) == answer
