"""Recognising recordings in what was heard, and not taking one for another."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from kitart.connectors.lines.listening import recognised, recordings_of
from kitart.connectors.lines.sound import from_ulaw, to_ulaw, to_wav
from sandbox.asterisk.sounds import melody

RECORDINGS = {name: melody(name, 2.0) for name in ("box de", "box en", "box fr", "queue de")}


def telephoned(samples: list[int], loudness: float = 1.0) -> list[int]:
    noise = random.Random(1)
    return from_ulaw(to_ulaw([int(s * loudness) + noise.randint(-30, 30) for s in samples]))


def test_recordings_are_recognised_in_their_order_with_when_they_began() -> None:
    heard = telephoned([0] * 4000 + RECORDINGS["box fr"] + [0] * 2000 + RECORDINGS["box de"])
    found = recognised(heard, RECORDINGS)
    assert [name for name, _ in found] == ["box fr", "box de"]
    assert [at for _, at in found] == pytest.approx([0.5, 2.75], abs=0.1)


@pytest.mark.parametrize("loudness", [0.05, 0.5, 2.0])
def test_another_level_hides_nothing(loudness: float) -> None:
    found = recognised(telephoned(RECORDINGS["box en"], loudness), RECORDINGS)
    assert [name for name, _ in found] == ["box en"]


def dropped(samples: list[int]) -> list[int]:
    loss = random.Random(3)
    packets = [samples[at : at + 160] for at in range(0, len(samples), 160)]
    return [s for p in packets for s in (p if loss.random() > 0.1 else [0] * len(p))]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda samples: samples[:9000] + [0] * 1600 + samples[9000:],
        lambda samples: samples[:9000] + samples[10600:],
        dropped,
    ],
    ids=["a hold-up", "a gap", "a tenth of the packets lost"],
)
def test_what_a_busy_line_does_to_a_recording_does_not_hide_it(spoil) -> None:
    heard = telephoned(spoil(RECORDINGS["box en"]) + RECORDINGS["box fr"])
    assert [name for name, _ in recognised(heard, RECORDINGS)] == ["box en", "box fr"]


def test_a_part_of_a_recording_silence_and_strange_sounds_are_none() -> None:
    assert recognised(RECORDINGS["box de"][:8000], RECORDINGS) == []
    assert recognised([0] * 40000, RECORDINGS) == []
    assert recognised(telephoned(melody("something else", 5.0)), RECORDINGS) == []
    assert recognised([], RECORDINGS) == []
    assert recognised(RECORDINGS["box de"], {"too short": RECORDINGS["box de"][:1000]}) == []


def test_a_lines_own_recording_comes_before_that_of_all_and_a_new_one_counts_at_once(
    tmp_path: Path,
) -> None:
    assert recordings_of(None, "line-11") == {}
    (tmp_path / "line-11").mkdir()
    (tmp_path / "box-de.wav").write_bytes(to_wav([1, 2]))
    (tmp_path / "box-en.wav").write_bytes(to_wav([3]))
    own = tmp_path / "line-11" / "box-de.wav"
    own.write_bytes(to_wav([4]))
    assert recordings_of(tmp_path, "line-11") == {"box-de": (4,), "box-en": (3,)}
    assert recordings_of(tmp_path, "line-12") == {"box-de": (1, 2), "box-en": (3,)}
    own.write_bytes(to_wav([5]))
    os.utime(own, (1, 1))
    assert recordings_of(tmp_path, "line-11")["box-de"] == (5,)
