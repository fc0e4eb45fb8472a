"""The page of licences is in line with the lock."""

from __future__ import annotations

import re

import pytest

from tests.licences import LOCK, PAGE, UNSAID, Library, licence_of, locked, page

ROW = re.compile(r"^\| ([\w.-]+) \| (\S+) \| (.+) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str]]:
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: (version, licence) for name, version, licence in found if name != "Library"}


def test_the_page_has_every_library_of_the_lock_in_its_version() -> None:
    wanted = {each.name: each.version for each in locked(LOCK.read_text(encoding="utf-8"))}
    shown = {name: version for name, (version, _) in rows().items()}
    assert shown == wanted, "run 'make licences' and commit what it writes"


def test_the_page_says_of_each_library_what_that_says_of_itself() -> None:
    shown = rows()
    for each in locked(LOCK.read_text(encoding="utf-8")):
        said = licence_of(each)
        if said is None:
            assert each.only_where, f"{each.name} is not installed"
        elif not each.only_where:
            assert shown[each.name][1] == said, "run 'make licences' and commit what it writes"


def test_no_library_leaves_its_licence_unsaid() -> None:
    assert [name for name, (_, licence) in rows().items() if licence == UNSAID] == []


def test_a_lock_is_read_with_its_markers_and_one_without_libraries_is_refused() -> None:
    lock = (
        "a==1.0 \\\n    --hash=sha256:00\nb-c[x]==2 ; sys_platform == 'win32' \\\n    --hash=00\n"
    )
    found = locked(lock)
    assert found == [Library("a", "1.0", ""), Library("b-c", "2", "sys_platform == 'win32'")]
    assert "| b-c | 2 | only where sys_platform == 'win32' |" in page(found, {"a": "MIT"})
    with pytest.raises(ValueError, match="names no library"):
        locked("# nothing\n")
