"""A certificate authority of the sandbox's own, for TLS on loopback."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """PEM files: what a client trusts, and what a server shows."""

    ca_file: Path
    cert_file: Path
    key_file: Path


def issue_certificate(folder: Path, names: tuple[str, ...] = LOOPBACK_NAMES) -> Certificate:
    """Write a new authority and a certificate for ``names`` into ``folder``, made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate = Certificate(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority = trustme.CA()
    leaf = authority.issue_cert(*names)
    authority.cert_pem.write_to_path(str(certificate.ca_file))
    certificate.cert_file.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
    certificate.key_file.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(str(certificate.key_file))
    return certificate
