"""Bad posts: a clear word each, and what was sent is kept where that is promised."""

from __future__ import annotations

import json
import sqlite3

import pytest
import requests

from kitart.journal import database
from kitart.messaging.alarm import ack_link


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{broken", "not JSON (line 1, column 2"),
        (b"", "not JSON"),
        (b'{"a": "\xff\x00"}', "not text in UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[]", "the body is a list; right would be an object"),
        (b"null", "the body is missing or null; right would be an object"),
        (b"{}", "alerts is None; right would be a list of alerts"),
        (b'{"alerts": "none"}', "alerts is 'none'; right would be a list"),
        (b'{"alerts": null}', "alerts is None"),
    ],
)
def test_what_can_not_be_read_is_kept_and_said_to_be_so(place, body, word) -> None:
    answer = place.post(body)
    assert answer.status_code == 422
    assert word in answer.json()["error"]
    kept = place.alerts()
    assert [a.outcome for a in kept] == ["unreadable"]
    assert kept[0].body == body.decode("utf-8", "replace").replace("\x00", "")[:64_000]
    assert place.incidents() == []


def test_two_unreadable_posts_of_one_length_are_both_kept(place) -> None:
    for body in (b"{one", b"{two", b"{one"):
        assert place.post(body).status_code == 422
    assert [(a.body, a.times_received) for a in place.alerts()] == [("{one", 2), ("{two", 1)]


def test_five_megabytes_are_refused_and_the_beginning_is_kept(place) -> None:
    answer = place.post(b'{"alerts": "' + b"x" * 5_000_000)
    assert answer.status_code == 413
    assert "over 1,000,000 bytes" in answer.json()["error"]
    assert place.alerts()[0].body.startswith('{"alerts": "xxx')
    assert len(place.alerts()[0].body) == 64_000


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": ""},
        {"Authorization": "Basic eDp4"},
        {"Authorization": "Basic é".encode()},
        {"X-Kitart-Secret": "é".encode()},
    ],
)
def test_a_wrong_or_missing_secret_is_refused_and_nothing_is_kept(place, headers) -> None:
    answer = requests.post(
        f"{place.server.url}/webhooks/alertmanager",
        json={"alerts": [place.alert()]}, headers=headers, timeout=10,
    )  # fmt: skip
    assert answer.status_code == 401
    assert "Authorization: Bearer" in answer.json()["error"]
    assert place.alerts() == []


def test_a_secret_in_the_other_header_is_taken(place) -> None:
    headers = {"Authorization": "", "X-Kitart-Secret": "webhook-secret-of-the-test"}
    assert place.post({"alerts": []}, headers=headers).status_code == 202


@pytest.mark.parametrize("secrets", [{}, {"alertmanager": ""}])
def test_a_source_without_a_secret_takes_nothing(place, secrets) -> None:
    # As the settings would hold them.
    given = type(place.inst.settings)(webhook_secrets=secrets).webhook_secrets
    place.inst.settings.webhook_secrets = given
    answer = place.post({"alerts": []}, headers={"Authorization": "Bearer "})
    assert answer.status_code == 503
    assert "KITART_WEBHOOK_SECRETS" in answer.json()["error"]


def test_an_unknown_source_is_told_which_are_known(place) -> None:
    answer = place.post({"alerts": []}, "nagios")
    assert answer.status_code == 404
    assert answer.json()["error"] == (
        "source 'nagios' is not known; configured: alertmanager, aws_sns, azure_monitor, datadog, "
        "grafana, healthchecks, pagerduty, prtg, statuspage, uptime_kuma, zabbix"
    )


def test_null_fields_do_not_stop_an_alert(place) -> None:
    alert = place.alert() | dict.fromkeys(
        ("annotations", "startsAt", "endsAt", "fingerprint", "generatorURL")
    )
    answer = place.post({"status": None, "groupKey": None, "alerts": [alert, None, 7]})
    assert answer.status_code == 202
    assert answer.json()["opened"] == ["INC-0001"]
    assert answer.json()["ignored"] == [
        "unreadable alert: is None", "unreadable alert: is 7",
    ]  # fmt: skip
    assert len(place.alerts()) == 3


def test_letters_that_no_database_takes_do_not_stop_an_alert(place) -> None:
    alert = place.alert(
        annotations={"summary": "a\x00b\ud800"}, startsAt="9999-12-31T23:00:00-05:00"
    )
    body = json.dumps({"alerts": [alert]}).encode()
    answer = place.post(body)
    assert answer.status_code == 202
    assert answer.json() == {"opened": ["INC-0001"]}
    assert place.alerts()[0].title == "ab?"


def test_another_encoding_of_json_is_read(place) -> None:
    body = json.dumps({"alerts": [place.alert()]}).encode("utf-16")
    assert place.post(body).json() == {"opened": ["INC-0001"]}


@pytest.mark.sqlite_only
def test_a_locked_journal_is_answered_with_come_again_and_nothing_is_half_done(
    place, monkeypatch
) -> None:
    place.inst.journal.close()
    monkeypatch.setattr(database, "LOCK_LIMIT_S", 0.3)
    other = sqlite3.connect(place.folder / "journal.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answers = [place.post_alerts(place.alert(), place.alert(service="mail")), place.post(b"{x")]
    other.execute("ROLLBACK")
    other.close()
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "nothing was accepted" in answer.json()["error"]
    assert place.alerts() == []
    assert place.incidents() == []
    assert place.post_alerts(place.alert()).json() == {"opened": ["INC-0001"]}


@pytest.mark.sqlite_only
def test_a_journal_that_can_not_be_written_is_answered_with_come_again(place) -> None:
    with place.inst.journal.write() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON timeline BEGIN "
            "SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
        )
    answer = place.post_alerts(place.alert())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert place.alerts() == [], "the alert is not half accepted"
    assert place.incidents() == []


@pytest.mark.sqlite_only
def test_a_person_is_told_in_words_when_the_record_is_away(place) -> None:
    place.inst.journal.close()
    (place.folder / "broken.db").write_bytes(b"no database at all, this is. " * 200)
    (place.folder / "broken.db").replace(place.folder / "journal.db")
    for rest in place.folder.glob("journal.db-*"):
        rest.unlink()
    place.inst.journal.close()
    page = requests.get(
        ack_link(place.inst, "INC-0001", "ert", "ERT-1"),
        headers={"Accept": "text/html"}, timeout=30,
    )  # fmt: skip
    assert page.status_code == 503
    assert "hívja fel az ERT-t" in page.text
    assert page.headers["Retry-After"] == "5"
    ready = requests.get(f"{place.server.url}/readyz", timeout=30)
    assert ready.status_code == 503
    assert "file is not a database" in ready.json()["why"]
    assert ready.headers["Retry-After"] == "5"
    assert requests.get(f"{place.server.url}/healthz", timeout=30).status_code == 200
