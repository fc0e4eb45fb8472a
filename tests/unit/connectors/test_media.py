"""The sound of a call: packets in any state come in as what a person would hear."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from kitart.clock import monotonic_s
from kitart.connectors.lines.media import HEAD, PACKET, Media
from kitart.connectors.lines.sound import from_ulaw, to_ulaw

LOUD, HOST = [8000, -8000] * (PACKET // 2), "127.0.0.1"


@pytest.fixture
def media() -> Iterator[Media]:
    one = Media(HOST)
    yield one
    one.close()


@pytest.fixture
def other() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HOST, 0))
        one.settimeout(2)
        yield one


def packet(number: int, stamp: int, samples: list[int], *, kind: int = 0) -> bytes:
    return HEAD.pack(0x80, kind, number, stamp, 1) + to_ulaw(samples)


def test_what_was_not_sent_is_silence_and_what_is_no_sound_is_none(
    media: Media, other: socket.socket
) -> None:
    place = (HOST, media.port)
    other.sendto(packet(1, 1000, LOUD), place)
    other.sendto(b"no packet", place)
    other.sendto(packet(2, 1160, LOUD, kind=101), place)  # a key, in a kind of its own
    other.sendto(packet(3, 1000 + 3 * PACKET, LOUD), place)
    media.listen(monotonic_s() + 0.1)
    sound = from_ulaw(to_ulaw(LOUD))
    assert media.heard == sound + [0] * 2 * PACKET + sound
    assert media.peer == other.getsockname()
    assert media.last_sound_s is not None


def test_silence_is_no_sound(media: Media, other: socket.socket) -> None:
    other.sendto(packet(1, 0, [0] * PACKET), (HOST, media.port))
    media.listen(monotonic_s() + 0.1)
    assert len(media.heard) == PACKET
    assert media.last_sound_s is None


def test_words_are_spoken_in_real_time_in_packets_that_follow_one_another(
    media: Media, other: socket.socket
) -> None:
    media.peer = other.getsockname()
    began_s = monotonic_s()
    media.say(LOUD * 9 + LOUD[:10])
    assert monotonic_s() - began_s >= 0.18
    got = [other.recv(2048) for _ in range(10)]
    heads = [HEAD.unpack_from(each) for each in got]
    assert [head[1] for head in heads] == [0x80] + [0] * 9, "the first bears the mark"
    assert [head[3] for head in heads] == [n * PACKET for n in range(10)]
    assert [(head[2] - heads[0][2]) & 0xFFFF for head in heads] == list(range(10))
    assert {len(each) for each in got} == {HEAD.size + PACKET}


def test_while_it_only_listens_a_little_silence_keeps_the_way_open(
    media: Media, other: socket.socket
) -> None:
    media.listen(monotonic_s() + 0.05)  # nobody is known yet: nothing is sent
    media.peer = other.getsockname()
    media.listen(monotonic_s() + 0.1)
    assert set(from_ulaw(other.recv(2048)[HEAD.size :])) == {0}
