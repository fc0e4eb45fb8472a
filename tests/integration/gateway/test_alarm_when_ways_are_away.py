"""The alarm gets through when a way is away, and the record says why."""

from __future__ import annotations

import threading

import pytest

from kitart.clock import sleep_s
from kitart.connectors.http import HttpClient
from kitart.connectors.smtp import SmtpRelay
from kitart.journal.database import Journal
from kitart.journal.messages import TAKEN
from kitart.messaging import alarm
from sandbox.sms_state import NumberFault


def reached_by_sms_and_mail(place) -> list[str]:
    place.eventually(lambda: place.texts_to("ERT-1"), "the SMS")
    accepted = place.eventually(
        lambda: [m for m in place.messages("ert-alarm") if m.channel == "mail" and m.sent_at],
        "the mail",
    )
    place.eventually(lambda: place.world.smtp.letters(), "the mail at the relay")
    return [m.detail for m in accepted]


@pytest.mark.covers("D14", "E43", "E44")
@pytest.mark.parametrize("fault", ["reset", "unavailable", "web_page"])
def test_with_a_dead_graph_the_alarm_goes_by_sms_and_the_relay(place, fault) -> None:
    place.world.tenant_faults.set("*", fault)
    assert place.post_alerts(place.alert()).status_code == 202
    detail = reached_by_sms_and_mail(place)[0]
    assert detail.startswith("by smtp; graph_mail: ")
    said = [e.text for e in place.entries("message accepted") if "by smtp" in e.text]
    assert detail in said[0], "the reason is in the timeline"


@pytest.mark.covers("E44")
def test_with_a_wrong_client_secret_the_alarm_goes_by_sms_and_the_relay(place) -> None:
    place.world.tenant.client_secret = "a new one"
    assert place.post_alerts(place.alert()).status_code == 202
    detail = reached_by_sms_and_mail(place)[0]
    assert detail.startswith("by smtp; graph_mail: ")
    assert "secret" in detail


@pytest.mark.covers("D15")
def test_an_sms_that_failed_is_sent_again_without_anybodys_help(place) -> None:
    place.world.sms.faults[place.phone("ERT-1")] = NumberFault(status=500, code=20500, times=2)
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to("ERT-1"), "the SMS at the third try")
    assert len(place.entries("message failed")) == 2
    # The phone has it a moment before the record says so.
    sms = place.eventually(
        lambda: [m for m in place.messages("ert-alarm") if m.channel == "sms" and m.state in TAKEN],
        "the record of it",
    )[0]
    assert sms.attempts == 3


@pytest.mark.covers("D15")
def test_when_no_way_takes_the_page_the_next_member_is_asked_at_once(place) -> None:
    place.world.tenant_faults.set("*", "reset")
    place.world.smtp.password = "another"
    place.world.sms.faults[place.phone("ERT-1")] = NumberFault(status=400)
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to("ERT-2"), "the next member's SMS")
    assert place.clock.now() == place.incidents()[0].reported_at, "no time had to pass"


def test_a_page_whose_sender_died_before_sending_is_sent_after_all(place, monkeypatch) -> None:
    def dies(*_args, **_kwargs):
        raise SystemExit("killed between the record and the sending")

    monkeypatch.setattr(alarm, "tell", dies)
    place.post_alerts(place.alert())
    place.eventually(lambda: place.entries("ack requested"), "the record of asking")
    sleep_s(0.7)
    assert place.messages("ert-alarm") == []
    monkeypatch.undo()
    place.eventually(lambda: place.texts_to("ERT-1"), "the page, from the next round")
    assert len(place.entries("ack requested")) == 1


def test_a_provider_that_is_away_for_long_does_not_fill_the_record(place) -> None:
    place.world.sms_faults.set("*", "status", status=500, body="{}")
    place.post_alerts(place.alert())
    place.clock.advance(minutes=6)
    sleep_s(4)
    for person in ("ERT-1", "AM-1"):
        tries = [e for e in place.entries("message failed") if e.data["to"] == person]
        assert 1 <= len(tries) <= 6, "tries are spaced out"


def test_no_write_of_the_journal_is_open_while_the_network_is_used(place, monkeypatch) -> None:
    """A slow provider must not lock the journal for everybody else."""
    writing = threading.local()
    used, wrong = [], []
    real_write, real_request, real_mail = Journal.write, HttpClient.request, SmtpRelay.send_mail

    class Noted:
        def __init__(self, inner) -> None:
            self._inner = inner

        def __enter__(self):
            writing.depth = getattr(writing, "depth", 0) + 1
            return self._inner.__enter__()

        def __exit__(self, *how):
            writing.depth -= 1
            return self._inner.__exit__(*how)

    def watched(real):
        def call(*args, **kwargs):
            used.append(real.__name__)
            if getattr(writing, "depth", 0):
                wrong.append(args[1:])
            return real(*args, **kwargs)

        return call

    monkeypatch.setattr(Journal, "write", lambda *a, **k: Noted(real_write(*a, **k)))
    monkeypatch.setattr(HttpClient, "request", watched(real_request))
    monkeypatch.setattr(SmtpRelay, "send_mail", watched(real_mail))
    place.world.tenant_faults.set("*sendMail", "unavailable")
    place.post_alerts(place.alert())
    reached_by_sms_and_mail(place)
    place.clock.advance(minutes=6)
    place.eventually(lambda: place.messages("deadline-missed"), "the breach")
    assert {"request", "send_mail"} <= set(used)
    assert wrong == []
