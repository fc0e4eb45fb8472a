"""Checks run beside one another, in their order, within limits, and tell no secrets."""

from __future__ import annotations

import threading

import pytest

from kitart.clock import monotonic_s
from kitart.connecting.check import Check, Found, Line, failed, missing, ok, warning
from kitart.connecting.everything import UnknownName, chosen, secrets_of
from kitart.connecting.running import run
from kitart.connecting.showing import shown, total
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HostPaused, ServiceRefused
from kitart.settings import Settings


def raises(error: Exception):
    def look() -> Found:
        raise error

    return look


def test_what_depends_on_something_broken_is_skipped_down_to_the_last() -> None:
    lines = run(
        [
            Check("a", "third", lambda: ok("never"), ("a/second",)),
            Check("a", "second", lambda: ok("never"), ("a/first",)),
            Check("a", "first", lambda: missing("not set", "set it")),
            Check("b", "alone", lambda: ok("well")),
            Check("b", "later", lambda: warning("well", "look"), ("b/alone", "not/asked for")),
        ]
    )
    assert [line.state for line in lines] == ["skipped", "skipped", "missing", "ok", "warning"]
    assert lines[0].seen == "not tried: it needs a: second"
    assert lines[1].seen == "not tried: it needs a: first"


def test_checks_run_beside_one_another() -> None:
    both = threading.Barrier(2, timeout=5)

    def look() -> Found:
        both.wait()
        return ok("met")

    lines = run([Check("a", "one", look), Check("b", "two", look)])
    assert {line.state for line in lines} == {"ok"}


def test_one_that_hangs_is_given_up_and_the_others_are_told() -> None:
    never = threading.Event()

    def hang() -> Found:
        never.wait(20)
        return ok("late")

    begun = monotonic_s()
    lines = run(
        [
            Check("a", "hangs", hang, todo="look at the network"),
            Check("a", "after it", lambda: ok("never"), ("a/hangs",)),
            Check("b", "well", lambda: ok("well")),
        ],
        limit_s=0.3,
    )
    assert monotonic_s() - begun < 3
    never.set()
    assert [line.state for line in lines] == ["failed", "skipped", "ok"]
    assert lines[0].seen.startswith("no answer within")
    assert lines[0].todo == "look at the network"


def test_all_together_end_in_time_however_many_are_slow() -> None:
    never = threading.Event()

    def slow() -> Found:
        never.wait(0.8)
        return ok("slow")

    checks = [Check("a", str(n), slow, (f"a/{n - 1}",) if n else (), "todo") for n in range(8)]
    begun = monotonic_s()
    lines = run(checks, limit_s=5, all_s=2.0)
    assert monotonic_s() - begun < 3
    never.set()
    assert [line.state for line in lines[:2]] == ["ok", "ok"]
    assert lines[2].state == "failed"
    assert {line.state for line in lines[3:]} == {"skipped"}
    assert "time for all checks was over" in lines[-1].seen


@pytest.mark.parametrize(
    ("error", "words", "todo"),
    [
        (ConnectorError("refused"), "refused", "mend it"),
        (HostPaused("asked us to wait"), "asked us to wait", "wait"),
        (ServiceRefused("answered 503", status=503), "answered 503", "wait"),
        (ServiceRefused("answered 404", status=404), "answered 404", "mend it"),
        (ValueError("pass-word-in-it"), "the check itself broke (ValueError)", "mend it"),
    ],
)
def test_whatever_a_check_raises_is_told_as_its_failure(error, words, todo) -> None:
    (line,) = run([Check("a", "b", raises(error), todo="mend it")])
    assert line.state == "failed"
    assert line.seen == words
    assert todo in line.todo


def test_no_secret_is_told_wherever_it_appears() -> None:
    look = lambda: failed("said geheim-and-more and geheim", "not geheim")  # noqa: E731
    (line,) = run([Check("a", "b", look)], ["geheim", "geheim-and-more", "", "a"])
    assert (line.seen, line.todo) == ("said ••• and •••", "not •••")


def test_every_secret_of_the_settings_is_known() -> None:
    settings = Settings(
        secret_key="key-of-links", database_url="postgresql://k:of-the-base@host/name",
        webhook_secrets={"grafana": "of-grafana"}, vcc={"password": "of-vcc", "ivr_secret": "ivr"},
        microsoft={"client_secret": "of-entra"}, sms={"token": "of-sms"},
        smtp={"password": "of-smtp"},
    )  # fmt: skip
    assert {s for s in secrets_of(settings) if s} == {
        "key-of-links", "of-the-base", "of-grafana", "of-vcc", "ivr", "of-entra", "of-sms",
        "of-smtp",
    }  # fmt: skip


def test_a_name_that_is_none_is_answered_with_the_right_ones() -> None:
    checks = [Check("sms", "account", lambda: ok("")), Check("vcc", "sign-in", lambda: ok(""))]
    assert chosen(checks, []) == checks
    assert chosen(checks, ["vcc"]) == checks[1:]
    assert chosen(checks, ["sms/account"]) == checks[:1]
    with pytest.raises(UnknownName, match=r"--only is 'mail'; right would be one of plan, journal"):
        chosen(checks, ["mail"])


LINES = [
    Line("gateway", "address", "ok", "https://kitart.example/" + "a" * 70, ""),
    Line("monitoring", "alertmanager last alert", "warning", "none was ever accepted", "Send one."),
    Line("monitoring", "grafana rules", "warning", "word " * 30, "Mend it. " * 10),
]


def test_it_fits_a_terminal_and_leaves_addresses_whole() -> None:
    text = "\n".join(str(part) for part in shown(LINES, 80))
    assert "The gateway's public address (gateway)" in text
    assert "https://kitart.example/" + "a" * 70 in text
    assert all(len(line) <= 80 for line in text.splitlines() if "https://" not in line)
    assert "→ Send one." in text
    assert text.endswith("1 ok, 2 warnings.")


def test_the_sum_names_only_what_there_is() -> None:
    assert total(LINES[:2]) == "1 ok, 1 warning."
