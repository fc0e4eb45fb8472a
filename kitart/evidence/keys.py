"""The key that packs are signed with: Ed25519, one an installation, kept in its data folder."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "evidence-key.pem"


class KeyTrouble(Exception):
    """The key can't be used; the message says why and what to do."""


def make_once(data_dir: Path) -> tuple[Ed25519PrivateKey, bool]:
    """The installation's key, made if there is none yet, and whether it was made now.

    Its file is for its owner alone (mode 600). Raises ``KeyTrouble`` as ``load`` does.
    """
    path = data_dir / NAME
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Never over one that is there: what was signed with it could not be verified any more.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load(data_dir), False
    except OSError as error:
        raise KeyTrouble(f"{path} can't be made: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return key, True


def load(data_dir: Path) -> Ed25519PrivateKey:
    """The installation's key; ``KeyTrouble`` when it is missing, is none, or others may
    read it."""
    path = data_dir / NAME
    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError:
        raise KeyTrouble(
            f"there is no key to sign with ({path}): run 'kitart evidence key'"
        ) from None
    except OSError as error:
        raise KeyTrouble(f"{path} can't be read: {error.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyTrouble(f"{path} may be read by others: right would be 'chmod 600 {path}'")
    try:
        key = form.load_pem_private_key(content, password=None)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyTrouble(f"{path} holds no Ed25519 key: restore it from the backup")
    return key


def as_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as it goes into packs and to auditors."""
    return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)


def as_text(key: Ed25519PublicKey) -> str:
    """The public key's 32 bytes in Base64, as the manifest has them."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def from_pem(content: bytes) -> Ed25519PublicKey:
    """The public key of a PEM file; ``KeyTrouble`` when it is none."""
    try:
        key = form.load_pem_public_key(content)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyTrouble("it holds no public Ed25519 key in PEM form")
    return key


def from_text(text: str) -> Ed25519PublicKey:
    """The public key of its Base64 text; ``KeyTrouble`` when it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except ValueError:
        raise KeyTrouble("it is no public Ed25519 key") from None


def fingerprint(key: Ed25519PublicKey) -> str:
    """By what people compare a key, by phone or on paper: SHA-256, in groups of four."""
    digits = hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def signed_by(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether the signature over the content is this key's."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
