"""A pack is written: manifest, checksums and signature around the files; a folder, and a zip."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kitart import __version__
from kitart.evidence import keys, plainly
from kitart.evidence.collecting import Contents

MANIFEST, SIGNATURE, SUMS, PUBLIC_KEY = (
    "manifest.json", "manifest.sig", "SHA256SUMS", "public-key.pem",
)  # fmt: skip


class PackTrouble(Exception):
    """A pack can't be written or read; the message says why."""


def sealed(
    contents: Contents, key: Ed25519PrivateKey, *, exported_at: datetime, exported_by: str
) -> dict[str, bytes]:
    """All files of the pack. Only the manifest, its signature and its line in the checksums differ
    between two packs of the same journal: they say when and by whom it was exported."""
    public = key.public_key()
    files = dict(sorted((contents.files | {PUBLIC_KEY: keys.as_pem(public)}).items()))
    manifest = plainly.one_file(
        contents.about
        | {
            "software": f"Kitart {__version__}",
            "exported_at": exported_at.isoformat(),
            "exported_by": exported_by,
            "signed_with": {
                "algorithm": "Ed25519",
                "public_key": keys.as_text(public),
                "fingerprint": keys.fingerprint(public),
            },
            "files": {name: digest(content) for name, content in files.items()},
        }
    )
    files |= {MANIFEST: manifest, SIGNATURE: key.sign(manifest)}
    return files | {SUMS: sums({name: digest(content) for name, content in files.items()})}


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sums(digests: Mapping[str, str]) -> bytes:
    """The checksums as ``sha256sum --check`` reads them."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def pack_name(contents: Contents) -> str:
    """``INC-0142``, or ``EXERCISE_INC-0142`` (D4)."""
    number: str = contents.about["incident"]
    return f"EXERCISE_{number}" if contents.about["exercise"] else number


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a pack's folder, for its owner alone; all of it or nothing.

    Raises ``PackTrouble`` when something of that name is there already, or it can't be written.
    """
    if folder.exists():
        raise PackTrouble(f"{folder} is there already: choose another folder")
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        for name, content in files.items():
            path = part / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        os.rename(part, folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise PackTrouble(f"{folder} can't be written: {error.strerror}") from None


def write_zip(files: Mapping[str, bytes], path: Path) -> None:
    """The same as a zip, with one folder in it; the same files give the same bytes."""
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                # Without a time of its own: the manifest says when it was exported.
                info = zipfile.ZipInfo(f"{path.stem}/{name}", (1980, 1, 1, 0, 0, 0))
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                archive.writestr(info, files[name])
        path.chmod(0o600)
    except FileExistsError:
        raise PackTrouble(f"{path} is there already: choose another folder") from None
    except OSError as error:
        raise PackTrouble(f"{path} can't be written: {error.strerror}") from None
