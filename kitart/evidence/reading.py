"""A pack is read into memory, from its folder or its zip: nothing is unpacked, nothing followed."""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from kitart.evidence.packing import MANIFEST, PackTrouble

MOST_BYTES = 1_000_000_000
"""More than any incident has: a zip that would fill the memory is refused."""


@dataclass
class ReadPack:
    """The files of a pack by name, and what is odd about it: file name and what is so."""

    files: dict[str, bytes] = field(default_factory=dict)
    odd: list[tuple[str, str]] = field(default_factory=list)


def read_pack(path: Path) -> ReadPack:
    """The pack in a folder or zip; ``PackTrouble`` when there is none that could be read."""
    try:
        if path.is_dir():
            return _folder(path)
        return _zip(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise PackTrouble(f"{path} can't be read as a folder or zip: {error}") from None


def _folder(path: Path) -> ReadPack:
    pack, size = ReadPack(), 0
    for each in sorted(path.rglob("*")):
        name = _name(each.relative_to(path).as_posix())
        if each.is_symlink() or not (each.is_dir() or each.is_file()):
            pack.odd.append((name, "is no plain file"))
        elif each.is_file():
            size += each.stat().st_size
            if size > MOST_BYTES:
                raise PackTrouble(f"{path} holds more than {MOST_BYTES} bytes")
            pack.files[name] = each.read_bytes()
    return _without_top(pack)


def _without_top(pack: ReadPack) -> ReadPack:
    """The pack itself, where a folder was named that holds nothing but one."""
    manifests = [name for name in pack.files if name.endswith(f"/{MANIFEST}")]
    if MANIFEST in pack.files or len(manifests) != 1:
        return pack
    top = manifests[0].removesuffix(MANIFEST)
    if not all(name.startswith(top) for name in (*pack.files, *(name for name, _ in pack.odd))):
        return pack
    return ReadPack(
        {name.removeprefix(top): content for name, content in pack.files.items()},
        [(name.removeprefix(top), what) for name, what in pack.odd],
    )


def _zip(path: Path) -> ReadPack:
    pack = ReadPack()
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise PackTrouble(f"{path} holds more than {MOST_BYTES} bytes")
        manifest = next((i.filename for i in infos if i.filename.endswith(MANIFEST)), MANIFEST)
        top = manifest.removesuffix(MANIFEST)
        for info in infos:
            name = _name(info.filename.removeprefix(top))
            if name in pack.files:
                pack.odd.append((name, "is there twice"))
            try:
                pack.files[name] = archive.read(info)
            except (zipfile.BadZipFile, EOFError, ValueError, zlib.error) as error:
                pack.files[name] = b""
                pack.odd.append((name, f"is damaged in the zip ({error})"))
    return pack


def _name(name: str) -> str:
    # Some file systems take letters with accents apart.
    return unicodedata.normalize("NFC", name)
