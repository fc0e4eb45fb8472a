"""Telephone sound: there and back, loudness, and files that are none of ours."""

from __future__ import annotations

import math

import pytest

from kitart.connectors.lines.sound import (
    RATE_HZ,
    from_ulaw,
    from_wav,
    loudness_db,
    seconds,
    to_ulaw,
    to_wav,
)


def test_each_sample_comes_back_as_near_as_eight_bits_allow() -> None:
    samples = list(range(-32635, 32636))
    for sample, back in zip(samples, from_ulaw(to_ulaw(samples)), strict=True):
        assert abs(back - sample) <= max(8, abs(sample) * 0.043), sample


def test_silence_is_silence_and_a_tone_has_its_level() -> None:
    assert loudness_db([]) == loudness_db([0] * 100) == -math.inf
    tone = [int(32767 * math.sin(2 * math.pi * 400 * n / RATE_HZ)) for n in range(RATE_HZ)]
    assert loudness_db(tone) == pytest.approx(-3, abs=0.1)
    assert seconds(tone) == 1.0


def test_a_wav_file_comes_back_and_another_kind_says_what_would_be_right() -> None:
    samples = [0, 1, -1, 32767, -32768]
    assert from_wav(to_wav(samples)) == samples
    with pytest.raises(ValueError, match=r"is no WAV file.*right would be 8 kHz, mono, 16 bit"):
        from_wav(b"OggS")
    stereo = bytearray(to_wav(samples))
    stereo[22] = 2
    with pytest.raises(ValueError, match="2 channels"):
        from_wav(bytes(stereo))
