"""Amazon SNS: whether a post was signed by it, and confirming a subscription.

Addresses in a post are the sender's word: only those of SNS's own hosts are ever called.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient

HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?")
CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]+\.pem")
TOTAL_S = 8.0
"""SNS itself gives up on a post after 15 seconds."""
MOST_CERTIFICATES = 32
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
SIGNED["UnsubscribeConfirmation"] = SIGNED["SubscriptionConfirmation"]
HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}


class NotOfSns(Exception):
    """The post was not signed by SNS, or names an address that is not SNS's."""


class Http(Protocol):
    """What is used of the way over HTTP."""

    def request(self, method: str, path_or_url: str) -> Any: ...


class Sns:
    """Checks and confirms; a certificate is fetched once. Safe for use by several threads."""

    def __init__(self, http: Http | None = None) -> None:
        self._http = http or HttpClient(
            "https://sns.us-east-1.amazonaws.com", name="SNS", total_s=TOTAL_S,
            timeout_s=(3.05, 5.0),
        )  # fmt: skip
        self._keys: dict[str, rsa.RSAPublicKey] = {}
        self._lock = threading.Lock()

    def verify(self, post: Mapping[str, Any]) -> None:
        """Raise ``NotOfSns`` unless SNS signed the post, ``ConnectorError`` while its certificate
        can't be had."""
        names = SIGNED.get(str(post.get("Type")))
        if names is None:
            raise NotOfSns(
                f"Type is {post.get('Type')!r}; right would be one of {', '.join(SIGNED)}"
            )
        algorithm = HASHES.get(str(post.get("SignatureVersion")))
        if algorithm is None:
            raise NotOfSns(
                f"SignatureVersion is {post.get('SignatureVersion')!r}; right would be 1 or 2"
            )
        values = [(name, post[name]) for name in names if post.get(name) is not None]
        if not all(isinstance(value, str) for _, value in values):
            raise NotOfSns("a signed field is no text; right would be the post as SNS sends it")
        signed = "".join(f"{name}\n{value}\n" for name, value in values)
        try:
            signature = base64.b64decode(str(post.get("Signature")), validate=True)
            key = self._key(str(post.get("SigningCertURL")))
            key.verify(signature, signed.encode("utf-8", "replace"), padding.PKCS1v15(), algorithm)
        except (InvalidSignature, binascii.Error):
            raise NotOfSns("the signature is not that of this post") from None

    def confirm(self, post: Mapping[str, Any]) -> None:
        """Confirm the subscription that a verified post asks for; raises ``NotOfSns`` where its
        address is not SNS's own for this topic, ``ConnectorError`` where SNS can't be reached."""
        url = str(post.get("SubscribeURL"))
        parts = _of_sns(url, "SubscribeURL")
        asked = parse_qs(parts.query)
        if asked.get("Action") != ["ConfirmSubscription"] or asked.get("TopicArn") != [
            post.get("TopicArn")
        ]:
            raise NotOfSns("SubscribeURL does not confirm a subscription to the post's topic")
        self._http.request("GET", url)

    def _key(self, url: str) -> rsa.RSAPublicKey:
        parts = _of_sns(url, "SigningCertURL")
        if not CERTIFICATE.fullmatch(parts.path) or parts.query:
            raise NotOfSns("SigningCertURL is not the address of a certificate of SNS")
        with self._lock:
            known = self._keys.get(url)
        if known is not None:
            return known
        found = self._http.request("GET", url).content
        try:
            key = load_pem_x509_certificate(found).public_key()
        except ValueError:
            raise ConnectorError("SNS: its certificate can't be read") from None
        if not isinstance(key, rsa.RSAPublicKey):
            raise NotOfSns("the certificate has no RSA key")
        with self._lock:
            if len(self._keys) >= MOST_CERTIFICATES:
                self._keys.clear()
            self._keys[url] = key
        return key


def _of_sns(url: str, name: str) -> Any:
    """The address's parts, if it is one of SNS's own hosts by https."""
    try:
        parts = urlsplit(url)
        plain = parts.port in (None, 443) and parts.username is None and parts.password is None
    except ValueError:
        raise NotOfSns(f"{name} is no address") from None
    if parts.scheme != "https" or not plain or not HOST.fullmatch(parts.hostname or ""):
        raise NotOfSns(
            f"{name} leads to {parts.scheme}://{parts.hostname}; right would be https on a host "
            "like sns.eu-west-1.amazonaws.com"
        )
    return parts
