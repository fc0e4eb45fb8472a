"""How a post proves where it comes from: the source's secret, or the tool's own signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kitart.alerts import aws_sns, grafana, pagerduty, posts
from kitart.connectors.aws_sns import SIGNED, NotOfSns, Sns
from kitart.connectors.errors import ConnectorError
from kitart.plan.schema import MonitoringSource

SIGNATURES = {
    pagerduty.SOURCE: "x-pagerduty-signature",
    grafana.SOURCE: "x-grafana-alerting-signature",
}
GRAFANA_TIME = "x-grafana-alerting-timestamp"
MOST_SIGNATURES = 8


@dataclass(frozen=True)
class Refused:
    """The post is not taken: the status of the answer, and what would be right."""

    status: int
    message: str


def has_secret(headers: Mapping[str, str], in_address: str, secret: str) -> bool:
    """Whether the source's secret was given: as ``Authorization: Bearer``, as the password of
    ``Basic``, in ``X-Kitart-Secret``, or at the end of the address."""
    return bool(secret) and any(
        hmac.compare_digest(given, secret.encode())
        for given in _given(headers, in_address)
        if given
    )


def is_signed(headers: Mapping[str, str], kind: str) -> bool:
    """Whether the post carries a signature that its tool makes with the source's secret."""
    return kind in SIGNATURES and SIGNATURES[kind] in headers


def has_signature(headers: Mapping[str, str], kind: str, raw: bytes, secret: str) -> bool:
    """Whether one of the post's signatures is over this body, made with the source's secret."""
    given = [each.strip() for each in headers[SIGNATURES[kind]].split(",")[:MOST_SIGNATURES]]
    signed = raw
    if kind == grafana.SOURCE and (time := headers.get(GRAFANA_TIME)):
        signed = time.encode("latin-1") + b":" + raw
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if kind == pagerduty.SOURCE:
        wanted = f"v1={wanted}"
    return any(hmac.compare_digest(each.encode(), wanted.encode()) for each in given)


def sns_post(source: MonitoringSource, kind: str, raw: bytes) -> Mapping[str, Any] | None:
    """The post as SNS wraps it, where the source takes signed posts of certain topics."""
    if kind != aws_sns.SOURCE or not source.topics:
        return None
    try:
        body = posts.decode(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and body.get("Type") in SIGNED else None


def refused_by_sns(sns: Sns, source: MonitoringSource, post: Mapping[str, Any]) -> Refused | None:
    """Why a post of SNS is not taken; ``None`` when it was signed and is of a topic named."""
    if post.get("TopicArn") not in source.topics:
        return Refused(
            401, f"topic {post.get('TopicArn')!r} is not in 'topics' of source {source.name!r}"
        )
    try:
        sns.verify(post)
    except NotOfSns as error:
        return Refused(401, str(error))
    except ConnectorError as error:
        return Refused(503, f"the signature can't be checked now: {error}")
    return None


def _given(headers: Mapping[str, str], in_address: str) -> tuple[bytes, ...]:
    """The secrets as they came: the server reads a header's bytes as Latin-1, whatever they are."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    found = b""
    if scheme.lower() == "bearer":
        found = token.strip().encode("latin-1")
    elif scheme.lower() == "basic":
        try:
            found = base64.b64decode(token.strip(), validate=True).partition(b":")[2]
        except ValueError:
            found = b""
    return (found, headers.get("x-kitart-secret", "").encode("latin-1"), in_address.encode())
