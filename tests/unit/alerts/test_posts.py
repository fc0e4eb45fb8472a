"""Bodies as they travel: JSON by any name, forms, and what of them may be kept."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.alerts.posts import FORM, as_text, decode, redacted


@pytest.mark.parametrize(
    ("raw", "kind", "body"),
    [
        (b'{"a": 1}', "text/plain; charset=UTF-8", {"a": 1}),
        (b'{"a": 1}', FORM, {"a": 1}),
        (b'"{\\"a\\": 1}"', "application/json", {"a": 1}),
        (b"a=1&b=&c=%C5%91", FORM, {"a": "1", "b": "", "c": "ő"}),
        (b"c=%F5", f"{FORM}; charset=iso-8859-2", {"c": "ő"}),
        (b"a=1", "", {"a": "1"}),
        (b"a=1", "text/plain", {"a": "1"}),
        (b"a=1&a=2", FORM, {"a": "1"}),
        (b"payload=%7B%22a%22%3A1%7D", FORM, {"a": 1}),
        (b"data=text", FORM, {"data": "text"}),
        ('{"a": "ő"}'.encode("iso-8859-2"), "application/json; charset=iso-8859-2", {"a": "ő"}),
        ('{"a": "ő"}'.encode("utf-16"), "application/json", {"a": "ő"}),
    ],
)
def test_a_body_is_read_by_what_it_is(raw: bytes, kind: str, body: object) -> None:
    assert decode(raw, kind) == body


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(b"a=1", "application/json"), (b"", FORM), (b"{", FORM), (b"x", "multipart/form-data"),
     (b"\xff\xff", "application/json; charset=none-such"), (b"a=1&" * 2000, FORM)],
)  # fmt: skip
def test_what_is_neither_json_nor_a_form_is_refused(raw: bytes, kind: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        decode(raw, kind)
    assert str(refused.value)


def test_secrets_in_a_body_are_not_kept() -> None:
    body = {
        "helpdesk_app_token": "s3cr\"et", "secret": "s3cret", "Api-Key": "s3cret", "note": "kept",
        "url": "https://x.example/?token=s3cret&page=2", "SubscribeURL": "https://s3cret",
    }  # fmt: skip
    kept = as_text(json.dumps(body).encode())
    assert "s3cr" not in kept
    assert json.loads(kept)["note"] == "kept"
    assert json.loads(kept)["url"].endswith("&page=2")
    assert redacted("sensorid=1&password=s3cret&name=a") == (
        "sensorid=1&password=[redacted]&name=a"
    )


@given(st.binary(max_size=200))
def test_any_body_can_be_kept(raw: bytes) -> None:
    kept = as_text(raw)
    assert "\x00" not in kept
    kept.encode()
