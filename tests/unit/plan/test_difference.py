"""What differs between two plans: nothing in silence, and in words that a manager reads."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from kitart.language import in_language
from kitart.plan.difference import Change, compared, differences, since
from kitart.plan.difference_text import safe, sentence, shown
from kitart.plan.difference_words import FIELDS
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from tests.unit.plan.conftest import SAMPLE

Path = tuple[str | int, ...]
BODY = load_plan(SAMPLE).snapshot()


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    else:
        yield path


LEAVES = list(leaves(BODY))
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 99), st.text(max_size=5), st.just("+447700900555"),
    st.lists(st.text(max_size=3), max_size=3),
)  # fmt: skip


def put(body: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The same plan with one field written anew."""
    changed = dict(body)
    place: Any = changed
    for step in path[:-1]:
        inner = place[step]
        place[step] = dict(inner) if isinstance(inner, dict) else list(inner)
        place = place[step]
    place[path[-1]] = value
    return changed


def at(body: dict[str, Any], path: Path) -> Any:
    for step in path:
        body = body[step]  # type: ignore[index]
    return body


def words(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [str(sentence(change)) for change in compared(old, new)]


@pytest.mark.covers("R51", "D30")
def test_a_plan_does_not_differ_from_itself(plan: Plan) -> None:
    assert differences(plan, Plan.from_snapshot(plan.snapshot())) == ()


@pytest.mark.covers("R51", "D30")
@settings(max_examples=200, deadline=None)
@given(
    before=st.lists(st.tuples(st.sampled_from(LEAVES), VALUES), max_size=3),
    path=st.sampled_from(LEAVES),
    value=VALUES,
)
def test_no_change_of_a_single_field_of_any_plan_is_silent(
    before: list[tuple[Path, Any]], path: Path, value: Any
) -> None:
    old = BODY
    for where, other in before:
        old = put(old, where, other)
    new = put(old, path, value)
    found = compared(old, new)
    assert bool(found) == (repr(at(old, path)) != repr(value))
    assert {change.section for change in found} <= {path[0]}
    for change in found:
        for language in ("en", "hu"):
            said = in_language(sentence(change), language)
            assert said
            if change.kind == "changed":
                before_and_after = [shown(change, v) for v in (change.old, change.new)]
                alike = len({in_language(v, language) for v in before_and_after}) == 1
                assert not alike or "they differ" in said or "abban különböznek" in said, said


@pytest.mark.covers("R51", "D30")
def test_each_field_alone_is_shown_with_its_part_and_code(plan: Plan) -> None:
    kinds = {tuple(step for step in path if isinstance(step, str)): path for path in LEAVES}
    assert len(kinds) > 150
    for path in kinds.values():
        found = compared(BODY, put(BODY, path, "quite another value"))
        assert [change.section for change in found] == [path[0]] * len(found), path
        assert found, path


def fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield name
        waiting = [field.annotation]
        while waiting:
            one = waiting.pop()
            if isinstance(one, type) and issubclass(one, BaseModel):
                yield from fields(one, seen)
            waiting.extend(getattr(one, "__args__", ()))


def test_each_field_of_the_plan_has_words_in_both_languages() -> None:
    names = set(fields(Plan, set()))
    assert names - set(FIELDS) == set()
    # "order" is said of a list; no field is called so.
    assert set(FIELDS) - names == {"order"}


CASES = [
    (("projects", 0, "queues", 0, "seats", "day"), 4, "ALPHA: seats de on day 2 → 4",
     "ALPHA: de helyek, day: 2 → 4"),
    (("people", 0, "channels", 0, "address"), "+447700900777",
     "SV-1: channel SMS, address: +44…01 → +44…77",
     "SV-1: csatorna SMS, elérhetőség: +44…01 → +44…77"),
    (("people", 0, "channels", 1, "verified"), None,
     "SV-1: channel phone, verified on: 2026-10-30 → not set",
     "SV-1: csatorna telefon, ellenőrizve ekkor: 2026-10-30 → nincs megadva"),
    (("limits", "ert_ack_in_hours"), 4,
     "minutes for the ERT to acknowledge, in service hours: 5 → 4",
     "percek az ERT nyugtázásáig, szolgáltatási időben: 5 → 4"),
    (("clients", 0, "permits", "english_only"), False,
     "CL-1: what the client allows, English-only support allowed: yes → no",
     "CL-1: a Megbízó engedélyei, kizárólag angol nyelvű ügyfélszolgálat megengedett: igen → nem"),
    (("limits", "rto", "1"), 20, "recovery time by level, in minutes 1: 30 → 20",
     "helyreállítási időcél szintenként, percben 1: 30 → 20"),
]  # fmt: skip


@pytest.mark.covers("R51")
@pytest.mark.parametrize(("path", "value", "english", "hungarian"), CASES)
def test_a_change_is_said_in_words_of_the_trade(
    path: Path, value: Any, english: str, hungarian: str
) -> None:
    (change,) = compared(BODY, put(BODY, path, value))
    assert in_language(sentence(change), "en") == english
    assert in_language(sentence(change), "hu") == hungarian


@pytest.mark.covers("R51")
def test_who_comes_and_who_goes_is_said_with_role_or_queue() -> None:
    new = copy.deepcopy(BODY)
    gone = new["agents"].pop(0)
    new["agents"].append({**gone, "id": "AG-947", "queue": "BRAVO/de"})
    new["people"] = [p for p in new["people"] if p["id"] != "AM-2"]
    assert words(BODY, new) == [
        "agent AG-001 gone from ALPHA/de",
        "agent AG-947 new on BRAVO/de",
        "account manager AM-2 gone",
    ]


@pytest.mark.covers("R51")
def test_another_order_is_a_change_since_the_first_of_a_kind_is_the_primary() -> None:
    new = copy.deepcopy(BODY)
    new["people"][0], new["people"][1] = new["people"][1], new["people"][0]
    (said,) = words(BODY, new)
    assert said.startswith("role holders: order: SV-1, SV-2, SV-3")
    windows = new["projects"][0]["windows"]
    swapped = copy.deepcopy(BODY)
    swapped["projects"][0]["windows"] = dict(reversed(list(windows.items())))
    (said,) = words(BODY, swapped)
    assert said == (
        "ALPHA: windows of the week: order: day, evening, saturday, other → "
        "other, saturday, evening, day"
    )


@pytest.mark.covers("R51", "D22")
def test_no_address_is_shown_whole_not_even_inside_a_text() -> None:
    new = copy.deepcopy(BODY)
    new["people"][0]["channels"][0]["address"] = "+447700900988"
    new["people"][0]["channels"][2]["address"] = "someone@kitart.example"
    new["people"][0]["responsibility"] = "calls +36 1 234 5678 or mails duty@kitart.example"
    new["lines"][0]["number"] = "+448081570999"
    new["people"].append({**new["people"][1], "id": "SV-77"})
    found = compared(BODY, new)
    text = "\n".join(str(sentence(c)) for c in found)
    text += json.dumps([safe(c.new, c.path[-1] if c.path else "") for c in found])
    for hidden in ("7700900988", "someone@", "234 5678", "duty@", "8081570999", "7700900102"):
        assert hidden not in text
    assert "s…@kitart.example" in text


@pytest.mark.covers("R51")
def test_two_addresses_that_look_alike_when_masked_are_said_to_differ() -> None:
    new = put(BODY, ("people", 0, "channels", 0, "address"), "+447700999901")
    assert words(BODY, new) == [
        "SV-1: channel SMS, address: +44…01 → +44…01 (they differ in what is not shown)"
    ]


def test_of_long_texts_the_part_that_differs_is_shown() -> None:
    long = "step " * 100
    old = put(BODY, ("systems", 0, "fallback"), long + "call the carrier")
    (said,) = words(old, put(old, ("systems", 0, "fallback"), long + "mail the carrier"))
    assert "call the carrier" in said
    assert "mail the carrier" in said
    assert len(said) < 300


def test_what_only_has_a_default_in_an_older_plan_is_no_change(plan: Plan) -> None:
    old = {**BODY, "limits": {k: v for k, v in BODY["limits"].items() if k != "review_days"}}
    assert [change.path for change in compared(old, BODY)] == [("review_days",)]
    assert since(old, plan) == ()


def test_a_plan_that_an_older_kitart_took_and_this_one_cannot_read_is_compared_all_the_same(
    plan: Plan,
) -> None:
    old = {k: v for k, v in BODY.items() if k != "systems"} | {"a part of old": []}
    found = since(old, plan)
    assert {change.section for change in found} >= {"systems", "a part of old"}


def test_a_part_that_an_older_plan_did_not_have_is_all_new() -> None:
    old = {k: v for k, v in BODY.items() if k != "inputs"}
    found = compared(old, BODY)
    assert {change.section for change in found} == {"inputs"}
    assert all(isinstance(change, Change) for change in found)
