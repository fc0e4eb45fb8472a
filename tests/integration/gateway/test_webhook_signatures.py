"""Posts that their tool signs: right, wrong, and sent again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from kitart.clock import real_now
from kitart.connectors.aws_sns import SIGNED, Sns
from kitart.connectors.errors import ConnectorError
from kitart.journal import alerts
from tests.integration.gateway.conftest import SECRET
from tests.unit.alerts.bodies import TOPIC, alarm, group, pager, sns

HOST = "https://sns.eu-central-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123456789abcdef.pem"
CONFIRM = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t"


def mac(raw: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def post(place: Any, source: str, raw: bytes, **headers: str) -> requests.Response:
    return requests.post(
        f"{place.server.url}/webhooks/{source}", data=raw, headers=headers, timeout=10
    )


def test_pagerduty_proves_itself_by_its_signature(place) -> None:
    raw = json.dumps(pager("incident.triggered")).encode()
    name = "X-PagerDuty-Signature"
    for wrong in ("", "v1=", f"v1={mac(raw, 'another')}", mac(raw), f"v0={mac(raw)}", "é"):
        assert post(place, "pagerduty", raw, **{name: wrong.encode()}).status_code == 401, wrong
    changed = raw.replace(b"Web phone", b"Web fone")
    assert post(place, "pagerduty", changed, **{name: f"v1={mac(raw)}"}).status_code == 401
    assert place.alerts() == []
    both = f"v1={mac(raw, 'an older one')}, v1={mac(raw)}"
    assert post(place, "pagerduty", raw, **{name: both}).json() == {"opened": ["INC-0001"]}
    assert post(place, "pagerduty", raw, **{name: both}).json() == {"repeated": 1}


def test_grafana_may_sign_with_or_without_a_time(place) -> None:
    raw = json.dumps(group("firing")).encode()
    name, time = "X-Grafana-Alerting-Signature", "X-Grafana-Alerting-Timestamp"
    assert post(place, "grafana", raw, **{name: mac(raw)}).status_code == 202
    timed = {name: mac(b"1795510680:" + raw), time: "1795510680"}
    assert post(place, "grafana", raw, **timed).status_code == 202
    assert post(place, "grafana", raw, **timed | {time: "1795510681"}).status_code == 401
    # Alertmanager signs nothing: the header is no proof there.
    assert post(place, "alertmanager", raw, **{name: mac(raw)}).status_code == 401


class Aws:
    """SNS as it answers over HTTP, and how it signs."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        now = real_now()
        made = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(self.key.public_key()).serial_number(1)
            .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip
        self.pem = made.public_bytes(serialization.Encoding.PEM)
        self.asked: list[str] = []
        self.away = False

    def request(self, method: str, path_or_url: str) -> Any:
        assert method == "GET"
        self.asked.append(path_or_url)
        if self.away:
            raise ConnectorError("SNS: no answer")
        return SimpleNamespace(content=self.pem)

    def signed(self, version: str = "2", **fields: Any) -> dict[str, Any]:
        made = {"SignatureVersion": version, "SigningCertURL": CERTIFICATE} | fields
        text = "".join(
            f"{name}\n{made[name]}\n" for name in SIGNED[made["Type"]] if name in made
        ).encode()
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = self.key.sign(text, padding.PKCS1v15(), algorithm)
        return made | {"Signature": base64.b64encode(signature).decode()}


@pytest.fixture
def aws(place: Any) -> Aws:
    made = Aws()
    place.inst.__dict__["sns"] = Sns(made)
    raw = place.plan.snapshot()
    for source in raw["monitoring"]["sources"]:
        if source["name"] == "aws_sns":
            source["topics"] = [TOPIC]
    place.use_plan(raw)
    return made


def sent(place: Any, body: dict[str, Any], **headers: str) -> requests.Response:
    return post(
        place, "aws_sns", json.dumps(body).encode(), **{"Content-Type": "text/plain"}, **headers
    )


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_post_that_sns_signed_for_a_topic_of_ours_needs_no_secret(place, aws, version) -> None:
    body = aws.signed(version, **sns(alarm("ALARM")))
    assert sent(place, body).json() == {"opened": ["INC-0001"]}
    assert sent(place, body).json() == {"repeated": 1}
    over = aws.signed(version, **sns(alarm("OK", "2026-11-24T09:05:00.000+0000"), MessageId="m-2"))
    assert sent(place, over).json() == {"resolved": ["INC-0001"]}
    assert sent(place, body).json() == {"repeated": 1}, "an old letter opens nothing again"
    assert aws.asked == [CERTIFICATE], "the certificate is fetched once"


def test_a_wrong_signature_is_refused_even_with_the_secret(place, aws) -> None:
    body = aws.signed(**sns(alarm("ALARM")))
    for wrong in (
        body | {"Message": json.dumps(alarm("OK"))}, body | {"Signature": "AAAA"},
        body | {"Signature": "%"}, body | {"SignatureVersion": "9"}, body | {"MessageId": 5},
        body | {"Signature": None}, body | {"Subject": "added"},
    ):  # fmt: skip
        assert sent(place, wrong, Authorization=f"Bearer {SECRET}").status_code == 401, wrong
    assert sent(place, aws.signed(**sns(alarm("ALARM"), TopicArn="arn:other"))).status_code == 401
    assert sent(place, {"AlarmName": "raw", "NewStateValue": "ALARM"}).status_code == 401
    assert place.alerts() == []


@pytest.mark.parametrize(
    "address",
    ["http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem",
     "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem",
     "https://evil.example/SimpleNotificationService-1.pem", "https://127.0.0.1/x.pem",
     "https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem",
     "https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-1.pem",
     "https://sns.eu-central-1.amazonaws.com/other.pem", "https://[::1", "", "file:///etc/passwd",
     "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription"],
)  # fmt: skip
def test_no_address_but_that_of_sns_is_ever_called(place, aws, address: str) -> None:
    body = aws.signed(**sns(alarm("ALARM"))) | {"SigningCertURL": address}
    assert sent(place, body).status_code == 401
    asks = sns("confirm", Type="SubscriptionConfirmation", Token="t", SubscribeURL=address)
    if "Action=" not in address:
        assert sent(place, aws.signed(**asks)).status_code == 202
    assert set(aws.asked) <= {CERTIFICATE}


def test_while_the_certificate_can_not_be_had_the_sender_is_asked_to_come_again(place, aws) -> None:
    aws.away = True
    answer = sent(place, aws.signed(**sns(alarm("ALARM"))))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    aws.away = False
    assert sent(place, aws.signed(**sns(alarm("ALARM")))).status_code == 202


def test_a_subscription_is_confirmed_for_a_topic_of_ours(place, aws) -> None:
    asks = sns("confirm", Type="SubscriptionConfirmation", Token="t", SubscribeURL=CONFIRM)
    assert sent(place, aws.signed(**asks)).status_code == 202
    assert aws.asked == [CERTIFICATE, CONFIRM]
    (row,) = place.alerts()
    assert (row.outcome, row.reason) == ("put aside", "the subscription was confirmed")
    assert "Token=t" not in row.body
    other = CONFIRM.replace("kitart", "other")
    assert sent(place, aws.signed(**asks | {"SubscribeURL": other})).status_code == 202
    assert aws.asked[2:] == []


def test_a_subscription_to_a_topic_that_is_not_named_waits_for_the_operator(place) -> None:
    asked: list[str] = []
    place.inst.__dict__["sns"] = SimpleNamespace(confirm=asked.append, verify=asked.append)
    asks = sns("confirm", Type="SubscriptionConfirmation", Token="t", SubscribeURL=CONFIRM)
    assert place.post(asks, "aws_sns").status_code == 202
    assert asked == []
    (row,) = place.alerts()
    assert row.status == row.outcome == "ignored"
    assert "'topics'" in row.reason
    over = sns("goodbye", Type="UnsubscribeConfirmation", Token="t", SubscribeURL=CONFIRM)
    assert place.post(over, "aws_sns").status_code == 202
    with place.inst.journal.read() as session:
        waiting = alerts.waiting(session)
    assert [each.title.partition(":")[0] for each in waiting] == [
        "UnsubscribeConfirmation", "SubscriptionConfirmation",
    ]  # fmt: skip
