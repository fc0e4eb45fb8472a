"""A course becomes a drawing: where each thing stands, for a broad sheet and for a phone.

Everything is placed here, so that the template only writes it down. The same course gives the same
drawing to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import wrap

from kitart.reports.picture.axis import Times, ticks
from kitart.reports.picture.course import Course, Lane, Look, Points
from kitart.reports.terms import N_
from kitart.reports.wording import Wording

WIDTHS = {"narrow": 360, "broad": 720}
TICKS = {"narrow": 4, "broad": 8}
EDGE, FONT, LINE, GAP = 8, 12, 15, 12
LETTER = 6.5
"""How wide a letter is on the average, generously: words that may not fit are not drawn."""
STATE, SEATS, MOST_A_SEAT, LEAST_A_SEAT = 16, 48, 18, 5
PILL, SWATCH = 16, 18
ON_A_PLATE = ("down", "unstable", "overdue", "ordered", "voicemail", "closed", "unseen")

KEY: dict[Look, str] = {
    "usual": N_("usual agents"),
    "native": N_("native backup"),
    "non_native": N_("backup, not native"),
    "english_only": N_("backup, English only"),
    "voicemail": N_("voicemail"),
    "closed": N_("closed"),
    "unseen": N_("no record"),
    "down": N_("down"),
    "unstable": N_("unstable"),
    "up": N_("working"),
    "ordered": N_("being set up"),
    "diverted": N_("calls diverted"),
    "overdue": N_("overdue"),
}


@dataclass(frozen=True)
class Rect:
    """A block, a frame or a swatch."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True)
class Stroke:
    """A line."""

    x1: float
    y1: float
    x2: float
    y2: float
    look: str


@dataclass(frozen=True)
class Label:
    """Words; ``anchor`` as in SVG."""

    x: float
    y: float
    words: str
    look: str = "word"
    anchor: str = "start"


@dataclass(frozen=True)
class Drawing:
    """One size of the picture, from the back to the front."""

    name: str
    width: int
    height: int
    behind: tuple[Stroke, ...]
    rects: tuple[Rect, ...]
    strokes: tuple[Stroke, ...]
    labels: tuple[Label, ...]
    looks: tuple[Look, ...]
    """The patterns that are used."""


@dataclass(frozen=True)
class Picture:
    """All sizes, and the same in words: lane by lane, and ``points`` as the lists that its numbers
    stand for."""

    title: str
    drawings: tuple[Drawing, ...]
    lanes: tuple[tuple[str, tuple[str, ...]], ...]
    points: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: str

    @property
    def about(self) -> str:
        """All that it shows, for those who do not see it."""
        said = [text for _, texts in self.lanes for text in texts]
        said += [f"{name}: {'; '.join(texts)}." for name, texts in self.points]
        return " ".join([*said, self.left_out]).strip()


def picture(words: Wording, course: Course, title: str) -> Picture:
    """The picture of a course, in the words and the zone of its reader."""
    times = Times(words.zone, words.language, course.start, course.end)
    return Picture(
        title=title,
        drawings=tuple(_Sheet(name, words, times).drawn(course) for name in WIDTHS),
        lanes=tuple((lane.name, lane.said) for lane in course.lanes),
        points=tuple(_numbered(course.points)),
        left_out=course.left_out,
    )


def _numbered(points: Sequence[Points]) -> Iterator[tuple[str, tuple[str, ...]]]:
    number = 0
    for each in points:
        yield each.name, tuple(f"{n} {said}" for n, said in enumerate(each.said, number + 1))
        number += len(each.said)


@dataclass
class _Sheet:
    """A sheet while it is filled from above."""

    name: str
    words: Wording
    times: Times
    y: float = 0.0
    behind: list[Stroke] = field(default_factory=list)
    rects: list[Rect] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def drawn(self, course: Course) -> Drawing:
        for lane in course.lanes:
            self._lane(lane)
        number = 1
        for points in course.points:
            self._points(points, number)
            number += len(points.at)
        self._axis(course.now)
        looks = self._key(course)
        return Drawing(
            name=self.name, width=WIDTHS[self.name], height=round(self.y),
            behind=tuple(self.behind), rects=tuple(self.rects), strokes=tuple(self.strokes),
            labels=tuple(self.labels), looks=looks,
        )  # fmt: skip

    @property
    def _right(self) -> int:
        return WIDTHS[self.name] - EDGE

    def _x(self, moment: datetime) -> float:
        """Where a moment stands; what lies outside stands at the edge."""
        whole = (self.times.end - self.times.start).total_seconds()
        share = (moment - self.times.start).total_seconds() / whole
        return round(EDGE + (self._right - EDGE) * min(1.0, max(0.0, share)), 1)

    def _head(self, words: str) -> None:
        for line in wrap(words, int((self._right - EDGE) / LETTER)):
            self.y += LINE
            self.labels.append(Label(EDGE, round(self.y - 3, 1), line, "head"))

    def _lane(self, lane: Lane) -> None:
        self.y += GAP / 2
        self._head(lane.name)
        unit = STATE if not lane.height else _unit(lane.height)
        room = LINE + 2 if lane.needs else 2
        top = self.y + room
        foot = round(top + unit * max(1, lane.height), 1)
        for block in lane.blocks:
            self._block(block.start, block.end, block.look, foot, unit, block.low, block.high)
            left, right = self._x(block.start), self._x(block.end)
            if block.word and right - left > LETTER * len(block.word) + 8:
                middle = round(foot - unit * max(1, lane.height) / 2 + 4, 1)
                if block.look in ON_A_PLATE:
                    self._plate(left + 3, middle - 11, block.word)
                self.labels.append(Label(round(left + 6, 1), middle, block.word))
        self._needs(lane, foot, unit)
        self.strokes.append(Stroke(EDGE, foot, self._right, foot, "axis"))
        for bracket in lane.brackets:
            left, right = self._x(bracket.start), self._x(bracket.end)
            self.rects.append(
                Rect(round(left - 2, 1), round(top - 4, 1), max(4.0, round(right - left + 4, 1)),
                     round(foot - top + 8, 1), "bracket")
            )  # fmt: skip
        for tag in lane.tags:
            x = self._x(tag.at)
            self.strokes.append(Stroke(x, round(top - 4, 1), x, round(foot + 5, 1), tag.look))
        self.y = foot + 4
        placed = [(self._x(tag.at), self._tag(tag.at, tag.word)) for tag in lane.tags]
        placed += [(self._x(each.start), each.word) for each in lane.brackets]
        self._rows(placed)

    def _tag(self, at: datetime, word: str) -> str:
        return f"{word} →" if at > self.times.end else word

    def _block(
        self, start: datetime, end: datetime, look: str, foot: float, unit: float, low: int,
        high: int,
    ) -> None:  # fmt: skip
        left, right = self._x(start), self._x(end)
        tall = unit * (high - low)
        y = round(foot - unit * low - tall, 1)
        self.rects.append(Rect(left, y, max(1.5, round(right - left, 1)), round(tall, 1), look))

    def _plate(self, x: float, y: float, word: str) -> None:
        """A quiet ground for words that stand on a pattern."""
        self.rects.append(Rect(round(x, 1), round(y, 1), round(LETTER * len(word) + 6, 1), 14.0,
                               "plate"))  # fmt: skip

    def _needs(self, lane: Lane, foot: float, unit: float) -> None:
        """The line of seats needed; its number where there is room above it."""
        last: float | None = None
        free = 0.0
        for need in lane.needs:
            left, right = self._x(need.start), self._x(need.end)
            y = round(foot - unit * need.seats, 1)
            if last is not None and last != y:
                self.strokes.append(Stroke(left, last, left, y, "need"))
            self.strokes.append(Stroke(left, y, right, y, "need"))
            last = y
            wide = LETTER * len(need.word)
            if left >= free and left + wide <= self._right:
                self.labels.append(Label(round(left + 2, 1), round(y - 4, 1), need.word, "soft"))
                free = left + wide + 6

    def _rows(self, placed: Iterable[tuple[float, str]]) -> None:
        """Words under their places, in as many rows as keep them apart."""
        rows: list[float] = []
        for x, word in sorted(placed):
            wide = LETTER * len(word)
            left = round(max(EDGE, min(x - 3, self._right - wide)), 1)
            row = next((n for n, free in enumerate(rows) if free <= left), len(rows))
            if row == len(rows):
                rows.append(0.0)
            rows[row] = left + wide + 8
            y = round(self.y + (row + 1) * LINE - 4, 1)
            self.labels.append(Label(left, y, word, "soft"))
        self.y += len(rows) * LINE

    def _points(self, points: Points, first: int) -> None:
        self.y += GAP / 2
        self._head(points.name)
        y = self.y + 2
        middle = round(y + PILL / 2, 1)
        self.behind.append(Stroke(EDGE, middle, self._right, middle, "axis"))
        for x, word in _together([self._x(at) for at in points.at], first):
            wide = max(PILL, LETTER * len(word) + 8)
            left = max(EDGE, min(x - wide / 2, self._right - wide))
            self.rects.append(Rect(round(left, 1), round(y, 1), round(wide, 1), PILL, "pill"))
            self.labels.append(
                Label(round(left + wide / 2, 1), round(middle + 4, 1), word, anchor="middle")
            )
        self.y = y + PILL + 2

    def _axis(self, now: datetime | None) -> None:
        self.y += GAP / 2
        y = round(self.y, 1)
        self.strokes.append(Stroke(EDGE, y, self._right, y, "axis"))
        zone = self.times.zone_word
        self.labels.append(Label(self._right, y + LINE, zone, "soft", "end"))
        # The zone's name has the right end of the first row for itself.
        until = {False: self._right - LETTER * len(zone) - 4, True: float(self._right)}
        taken = {False: 0.0, True: 0.0}
        found = ticks(self.times, TICKS[self.name])
        for tick in found:
            x = self._x(tick.at)
            self.behind.append(Stroke(x, 0, x, y + 4, "day" if tick.day else "grid"))
            wide = LETTER * len(tick.word)
            left = round(max(EDGE, min(x - wide / 2, self._right - wide)), 1)
            if left < taken[tick.day] or left + wide > until[tick.day]:
                continue
            taken[tick.day] = left + wide + 6
            row = 2 if tick.day else 1
            self.labels.append(Label(left, y + row * LINE, tick.word, "soft"))
        if now is not None:
            self.strokes.append(Stroke(self._x(now), 2, self._x(now), y, "now"))
        self.y = y + (2 if any(tick.day for tick in found) else 1) * LINE + 4

    def _key(self, course: Course) -> tuple[Look, ...]:
        """What each pattern means, of those that are used."""
        used = {block.look for lane in course.lanes for block in lane.blocks}
        looks = tuple(look for look in KEY if look in used)
        x, y = float(EDGE), self.y + 4
        items: list[tuple[str, str]] = [(look, self.words.say(KEY[look])) for look in looks]
        if any(lane.needs for lane in course.lanes):
            items.insert(0, ("need", self.words.say("seats needed")))
        for look, word in items:
            wide = SWATCH + 5 + LETTER * len(word)
            if x > EDGE and x + wide > self._right:
                x, y = float(EDGE), y + LINE + 2
            if look == "need":
                self.strokes.append(Stroke(x, y + 6, x + SWATCH, y + 6, look))
            else:
                self.rects.append(Rect(round(x, 1), round(y, 1), SWATCH, 12, look))
            self.labels.append(Label(round(x + SWATCH + 5, 1), round(y + 10, 1), word, "soft"))
            x += wide + 14
        self.y = y + (LINE + 4 if items else 0)
        return looks


def _unit(height: int) -> float:
    """How high one seat is."""
    return max(LEAST_A_SEAT, min(MOST_A_SEAT, SEATS // height))


def _together(places: Sequence[float], first: int) -> list[tuple[float, str]]:
    """Numbers from ``first`` on at their places; those that would cover each other in one."""
    groups: list[list[tuple[float, int]]] = []
    for number, x in enumerate(places, first):
        if groups and x - groups[-1][-1][0] < PILL + 14:
            groups[-1].append((x, number))
        else:
            groups.append([(x, number)])
    return [
        ((group[0][0] + group[-1][0]) / 2, f"{group[0][1]}–{group[-1][1]}"
         if len(group) > 1 else str(group[0][1]))
        for group in groups
    ]  # fmt: skip
