"""Signed links: for one person, one question, one version, until a moment (D20)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from kitart.messaging import links
from kitart.messaging.links import Link, LinkError, LinkExpired
from kitart.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LINK = Link("decide", "17", "AM-1", 2, NOW + timedelta(hours=1))
SETTINGS = Settings(
    secret_key=SecretStr("sixteen-letters-or-more"), gateway_url="https://kitart.example/"
)


def token(link: Link = LINK, settings: Settings = SETTINGS) -> str:
    return links.address(settings, link).rsplit("/", 1)[1]


def test_a_link_comes_back_as_it_was_made() -> None:
    address = links.address(SETTINGS, LINK)
    assert address.startswith("https://kitart.example/d/")
    assert links.read(SETTINGS, "decide", token(), now=NOW) == LINK
    assert links.read(SETTINGS, "decide", token(), now=LINK.expires_at) == LINK


def test_a_link_for_another_purpose_does_not_fit() -> None:
    with pytest.raises(LinkError, match="not genuine"):
        links.read(SETTINGS, "ack", token(), now=NOW)


def test_a_link_signed_with_another_key_does_not_fit() -> None:
    other = SETTINGS.model_copy(update={"secret_key": SecretStr("another-key-of-some-length")})
    with pytest.raises(LinkError, match="not genuine"):
        links.read(SETTINGS, "decide", token(settings=other), now=NOW)


def test_an_expired_link_says_so() -> None:
    with pytest.raises(LinkExpired, match="expired"):
        links.read(SETTINGS, "decide", token(), now=LINK.expires_at + timedelta(seconds=1))


def test_another_person_can_not_be_written_into_a_link() -> None:
    payload, signature = token().rsplit(".", 1)
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert b"AM-1" in plain
    forged = base64.urlsafe_b64encode(plain.replace(b"AM-1", b"AM-2")).decode().rstrip("=")
    with pytest.raises(LinkError, match="not genuine"):
        links.read(SETTINGS, "decide", f"{forged}.{signature}", now=NOW)


@given(st.integers(0, len(token()) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_letter_changed_anywhere_is_found(place: int, letter: str) -> None:
    genuine = token()
    changed = genuine[:place] + letter + genuine[place + 1 :]
    try:
        found = links.read(SETTINGS, "decide", changed, now=NOW)
    except LinkError:
        return
    assert found == LINK  # the same letter, or a bit that base64 does not use


@given(st.text(max_size=200))
def test_nonsense_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(LinkError, match="Open it from the message again"):
        links.read(SETTINGS, "decide", text, now=NOW)


@pytest.mark.parametrize("key", ["", "short"])
def test_without_a_key_no_link_is_made_or_read(key: str) -> None:
    settings = SETTINGS.model_copy(update={"secret_key": SecretStr(key)})
    with pytest.raises(ValueError, match="KITART_SECRET_KEY"):
        links.address(settings, LINK)
    with pytest.raises(ValueError, match="KITART_SECRET_KEY"):
        links.read(settings, "decide", token(), now=NOW)
    with pytest.raises(ValueError, match="KITART_SECRET_KEY"):
        links.check_key(settings)
