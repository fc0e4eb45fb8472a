"""Exercises beside one another, oldest first: how soon the ERT and cover came, how much passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from kitart.reports.facts.exercise import TrendPoint
from kitart.reports.picture.drawing import (
    EDGE,
    GAP,
    LETTER,
    LINE,
    WIDTHS,
    Drawing,
    Label,
    Picture,
    Rect,
    Stroke,
)
from kitart.reports.wording import Wording

ROW, BAR = 20, 12
NAMES = 80
"""Room for the day at the left of each bar."""
VALUES = 96
"""Room for the value at its right end."""


@dataclass(frozen=True)
class _Panel:
    """One thing that is compared; ``allowed`` draws a line that a bar should not pass, which
    ``note`` explains, ``whole`` is what a full bar stands for, else the longest one."""

    name: str
    values: tuple[float | None, ...]
    said: tuple[str, ...]
    allowed: float | None = None
    whole: float | None = None
    note: str = ""

    @property
    def most(self) -> float:
        if self.whole is not None:
            return self.whole
        known = [each for each in (*self.values, self.allowed) if each is not None]
        return max(known, default=0) or 1


def trend(
    words: Wording, points: Sequence[TrendPoint], *, ert_minutes: int, cover_minutes: int
) -> Picture | None:
    """The picture of the trend, with the limits of the plan; ``None`` without any exercise."""
    if not points:
        return None
    panels = _panels(words, points, ert_minutes, cover_minutes)
    # The same in every language, and short enough for a phone.
    days = tuple(f"{p.on.astimezone(ZoneInfo(words.zone)):%Y-%m-%d}" for p in points)
    return Picture(
        title=words.say("Exercises compared"),
        drawings=tuple(_Sheet(name).drawn(panels, days) for name in WIDTHS),
        lanes=tuple(
            (panel.name, (_told(panel, days, points),)) for panel in panels
        ),
        points=(),
        left_out="",
    )  # fmt: skip


def _panels(
    words: Wording, points: Sequence[TrendPoint], ert: int, cover: int
) -> tuple[_Panel, ...]:
    def in_minutes(name: str, of: Callable[[TrendPoint], float | None], allowed: int) -> _Panel:
        values = tuple(of(point) for point in points)
        said = tuple(
            words.say("not measured") if each is None
            else words.say("{n} min", n=words.decimal(each))
            for each in values
        )  # fmt: skip
        note = words.say("The line: {n} min allowed", n=allowed)
        return _Panel(name, values, said, allowed, note=note)

    shares = tuple(point.share_passed for point in points)
    return (
        in_minutes(words.say("Time to the ERT"), lambda point: point.ert_minutes, ert),
        in_minutes(words.say("Time to live cover"), lambda point: point.cover_minutes, cover),
        _Panel(
            words.say("Steps passed"),
            shares,
            tuple(
                words.say("not measured") if each is None else words.percent(round(each * 100))
                for each in shares
            ),
            whole=1,
        ),
    )  # fmt: skip


def _told(panel: _Panel, days: Sequence[str], points: Sequence[TrendPoint]) -> str:
    """The same in words, for those who do not see it."""
    each = (
        f"{point.number}, {day}: {said}"
        for point, day, said in zip(points, days, panel.said, strict=True)
    )
    name = f"{panel.name} ({panel.note})" if panel.note else panel.name
    return f"{name}: {'; '.join(each)}."


@dataclass
class _Sheet:
    """A sheet while it is filled from above."""

    name: str
    y: float = 0.0
    rects: list[Rect] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def drawn(self, panels: Sequence[_Panel], names: Sequence[str]) -> Drawing:
        for panel in panels:
            self._panel(panel, names)
        return Drawing(
            name=self.name, width=WIDTHS[self.name], height=round(self.y + GAP / 2), behind=(),
            rects=tuple(self.rects), strokes=tuple(self.strokes), labels=tuple(self.labels),
            looks=(),
        )  # fmt: skip

    def _panel(self, panel: _Panel, names: Sequence[str]) -> None:
        self.y += GAP / 2 + LINE
        self.labels.append(Label(EDGE, round(self.y - 3, 1), panel.name, "head"))
        if panel.note:
            self.y += LINE
            self.labels.append(Label(EDGE, round(self.y - 3, 1), panel.note, "soft"))
        top = self.y + 2
        left = EDGE + NAMES
        wide = WIDTHS[self.name] - EDGE - VALUES - left
        line = None
        if panel.allowed is not None:
            line = round(left + wide * panel.allowed / panel.most, 1)
        for name, value, said in zip(names, panel.values, panel.said, strict=True):
            middle = round(self.y + ROW / 2 + 6, 1)
            self.labels.append(Label(EDGE, middle, name, "soft"))
            length = 0.0 if value is None else round(wide * value / panel.most, 1)
            ends = left + length
            if line is not None and ends <= line < ends + LETTER * (len(said) + 2):
                ends = line  # the value is read beside the line, not through it
            if value is not None:
                self.rects.append(
                    Rect(left, round(self.y + (ROW - BAR) / 2 + 2, 1), max(1.5, length), BAR,
                         "native")
                )  # fmt: skip
            self.labels.append(Label(round(ends + LETTER, 1), middle, said))
            self.y += ROW
        foot = round(self.y + 2, 1)
        self.strokes.append(Stroke(left, top, left, foot, "axis"))
        if line is not None:
            self.strokes.append(Stroke(line, top, line, foot, "due"))
        self.y += GAP / 2
