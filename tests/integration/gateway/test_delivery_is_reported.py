"""What the SMS gateway reports of a message it took, over real sockets and with its signature."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import requests
from twilio.request_validator import RequestValidator

from sandbox.sms_state import NumberFault
from sandbox.world import SMS_TOKEN


def the_sms(place, person: str = "ERT-1"):
    """The row of a person's first alarm by SMS."""
    rows = [m for m in place.messages("ert-alarm") if (m.channel, m.recipient) == ("sms", person)]
    return rows[0] if rows else None


def alarmed(place, delivery: str):
    """An alarm whose SMS the operator reports of as ``delivery`` says."""
    place.world.sms.faults[place.phone("ERT-1")] = NumberFault(delivery=delivery)
    place.post_alerts(place.alert())
    return place.eventually(
        lambda: (row := the_sms(place)) and row.state != "sending" and row, "the SMS"
    )


def undelivered(place):
    """What the record says of SMS that did not arrive (nobody picks up the calls either)."""
    return [e for e in place.entries("message undelivered") if e.data["channel"] == "sms"]


def report(place, row, word: str, *, token: str = SMS_TOKEN, **more: str) -> int:
    """Post a status as the provider's own client library signs it."""
    form = {"MessageSid": row.provider_id or "SM1", "MessageStatus": word, **more}
    url = f"{place.inst.settings.gateway_url}/twilio/status?{urlencode({'message': row.key})}"
    signature = RequestValidator(token).compute_signature(url, form)
    return requests.post(
        url, data=form, headers={"X-Twilio-Signature": signature}, timeout=10
    ).status_code


@pytest.mark.covers("A14")
def test_a_delivered_alarm_is_no_contact(place) -> None:
    alarmed(place, "delivered")
    row = place.eventually(lambda: (r := the_sms(place)).state == "delivered" and r, "the report")
    assert "delivered 09:00:00 UTC" in row.detail
    assert row.sent_at is not None
    assert place.incidents()[0].state == "reported"
    place.clock.advance(minutes=2)
    place.eventually(lambda: place.texts_to("ERT-2"), "the next member is asked all the same")


@pytest.mark.covers("D15")
@pytest.mark.parametrize("word", ["undelivered", "failed"])
def test_an_alarm_that_did_not_arrive_is_in_the_record_with_the_reason(place, word) -> None:
    row = alarmed(place, word)
    (entry,) = place.eventually(lambda: undelivered(place), "the entry")
    assert "sms to ERT member" in entry.text
    assert "the phone can't be reached (code 30003)" in entry.text
    assert entry.data["key"] == row.key
    assert the_sms(place).state == "undelivered"


@pytest.mark.covers("D15", "A14")
def test_when_no_channel_brought_it_the_next_member_is_asked_at_once(place) -> None:
    place.world.tenant_faults.set("*", "reset")
    place.world.smtp.password = "another"
    alarmed(place, "undelivered")
    place.eventually(lambda: place.texts_to("ERT-2"), "the next member's SMS")
    assert place.clock.now() == place.incidents()[0].reported_at, "no time had to pass"
    assert len(place.texts_to("ERT-1")) == 1, "a phone that takes nothing is not tried for ever"


def test_repeats_and_what_comes_out_of_order_change_nothing(place) -> None:
    row = alarmed(place, "silent")
    assert row.state == "accepted"
    for word in ("queued", "sent", "delivered", "sent", "undelivered", "delivered", "nonsense"):
        assert report(place, row, word, ErrorCode="30003") == 204
    seen = the_sms(place)
    assert (seen.state, seen.attempts) == ("delivered", 1)
    assert seen.detail.count("delivered") == 1
    assert undelivered(place) == []


def test_word_of_an_earlier_try_or_of_no_message_of_ours_changes_nothing(place, caplog) -> None:
    row = alarmed(place, "silent")
    assert report(place, row, "undelivered", MessageSid="SM-of-an-earlier-try") == 204
    assert the_sms(place).state == "accepted"
    row.key = "INC-0001:no:such:message"
    assert report(place, row, "undelivered") == 204
    assert "not in the journal: INC-0001:no:such:message" in caplog.text


@pytest.mark.covers("D7")
def test_a_report_shows_that_a_message_without_an_answer_went_out(place) -> None:
    """The answer to our sending got lost; the operator says that it lies on the phone."""
    place.world.sms_faults.set("POST *", "lost_answer", times=1)
    place.post_alerts(place.alert())
    row = place.eventually(lambda: (r := the_sms(place)) and r.state == "delivered" and r, "it")
    assert len(place.texts_to("ERT-1")) == 1, "it is not sent again"
    assert row.provider_id.startswith("SM")


def test_only_the_providers_own_signature_opens(place) -> None:
    row = alarmed(place, "silent")
    assert report(place, row, "delivered", token="another token") == 403
    address = f"{place.inst.settings.gateway_url}/twilio/status?{urlencode({'message': row.key})}"
    form = {"MessageSid": row.provider_id, "MessageStatus": "sent"}
    signed = {"X-Twilio-Signature": RequestValidator(SMS_TOKEN).compute_signature(address, form)}
    changed = {**form, "MessageStatus": "delivered"}
    assert requests.post(address, data=changed, headers=signed, timeout=10).status_code == 403
    assert requests.post(address, data=form, timeout=10).status_code == 403
    assert requests.post(address, data=form, headers=signed, timeout=10).status_code == 204
    assert the_sms(place).state == "accepted"


@pytest.mark.parametrize(
    ("public", "signed_for"),
    [
        ("https://kitart.example", "https://kitart.example"),
        ("https://kitart.example", "https://kitart.example:443"),
        ("https://kitart.example:443/bcp", "https://kitart.example/bcp"),
    ],
)
def test_the_public_address_is_what_is_signed_not_the_host_of_the_request(
    place, public, signed_for
) -> None:
    row = alarmed(place, "silent")
    here, place.inst.settings.gateway_url = place.inst.settings.gateway_url, public
    rest = f"/twilio/status?{urlencode({'message': row.key})}"
    form = {"MessageSid": row.provider_id, "MessageStatus": "delivered", "To": "+36 30"}
    for address, status in ((here + rest, 403), (signed_for + rest, 204)):
        signature = RequestValidator(SMS_TOKEN).compute_signature(address, form)
        given = requests.post(
            here + rest, data=form, headers={"X-Twilio-Signature": signature}, timeout=10
        )
        assert given.status_code == status


def test_without_a_token_nothing_is_believed(place) -> None:
    row = alarmed(place, "silent")
    place.inst.settings.sms = place.inst.settings.sms.model_copy(update={"token": type(
        place.inst.settings.sms.token)("")})  # fmt: skip
    assert report(place, row, "delivered", token="") == 403
