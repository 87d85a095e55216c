"""Line charts as SVG, by hand: no plotting library, the same bytes every time.

Colours are Okabe and Ito's, which the colour-blind tell apart, in a lighter set on dark pages;
lines carry their names, so no legend has to be matched by colour.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

Point = tuple[float, float]

INKS = {
    "ink": ("#1f2328", "#e6edf3"),
    "faint": ("#6e7781", "#9198a1"),
    "grid": ("#d0d7de", "#3d444d"),
    "blue": ("#0072b2", "#56b4e9"),
    "orange": ("#c44e00", "#f0a030"),
    "green": ("#00795a", "#2fc49b"),
    "purple": ("#a3477c", "#dd8fbb"),
}
FONT = "font-family: system-ui, -apple-system, 'Segoe UI', sans-serif; font-size: 12px"
# Room around the plotting area of a panel.
LEFT, RIGHT, TOP, BOTTOM = 44.0, 16.0, 54.0, 44.0
LINE_HEIGHT = 14.0
MINUS = "\u2212"


@dataclass(frozen=True)
class Axis:
    """A range with its ticks; `log` spaces factors evenly, `log1p` factors of one more."""

    low: float
    high: float
    ticks: Sequence[float]
    kind: str = "linear"
    label: Callable[[float], str] = "{:g}".format

    def share(self, value: float) -> float:
        """Where a value lies, from 0 at the low end to 1 at the high end."""
        scale: Callable[[float], float] = {"log": math.log, "log1p": math.log1p}.get(
            self.kind, float
        )
        return (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))


@dataclass
class Panel:
    """One chart of a figure; every method draws one thing in the units of the axes."""

    title: str
    subtitle: str
    x: Axis
    y: Axis
    x_label: str
    width: float = 330.0
    height: float = 320.0
    # Room for names behind the ends of lines.
    margin: float = RIGHT
    drawn: list[str] = field(default_factory=list)

    def line(
        self,
        points: Iterable[Point],
        ink: str,
        *,
        width: float = 2.0,
        dash: str = "",
        faint: bool = False,
    ) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(self._place, points))
        style = f'stroke-width="{width:g}"'
        style += f' stroke-dasharray="{dash}"' if dash else ""
        style += ' opacity="0.4"' if faint else ""
        self.drawn.append(f'<polyline class="line {ink}" points="{path}" {style}/>')

    def band(self, points: Sequence[tuple[float, float, float]], ink: str) -> None:
        """The area between low and high at every x."""
        outline = [(x, high) for x, _, high in points]
        outline += [(x, low) for x, low, _ in reversed(points)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(self._place, outline))
        self.drawn.append(f'<polygon class="area {ink}" points="{path}"/>')

    def dots(self, points: Iterable[Point], ink: str, *, radius: float = 3.0) -> None:
        for x, y in map(self._place, points):
            self.drawn.append(
                f'<circle class="dot {ink}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'
            )

    def bar(self, x: float, low: float, high: float, ink: str) -> None:
        """An interval as an upright line."""
        self.line([(x, low), (x, high)], ink, width=1.5)

    def text(
        self,
        at: Point,
        words: str,
        ink: str,
        *,
        right: float = 6.0,
        down: float = 4.0,
        anchor: str = "start",
    ) -> None:
        """Words beside a point, shifted by pixels."""
        left, top = self._place(at)
        self.drawn.append(
            f'<text class="{ink}" x="{left + right:.1f}" y="{top + down:.1f}" '
            f'text-anchor="{anchor}">{escape(words)}</text>'
        )

    def names(self, ends: Sequence[tuple[Point, str, str]]) -> None:
        """Names behind the ends of lines, (end, words, ink), moved apart where they would touch."""
        placed = sorted((self._place(end)[1], end, words, ink) for end, words, ink in ends)
        lowest = -math.inf
        for top, end, words, ink in placed:
            lowest = max(top, lowest + LINE_HEIGHT)
            self.text(end, words, ink, down=4.0 + lowest - top)

    def svg(self) -> str:
        parts = [
            f'<text class="ink title" x="0" y="16">{escape(self.title)}</text>',
            f'<text class="faint" x="0" y="34">{escape(self.subtitle)}</text>',
            *self._grid(),
            *self.drawn,
        ]
        return "\n".join(parts)

    def _grid(self) -> Iterable[str]:
        left, right = LEFT, self.width - self.margin
        bottom = self.height - BOTTOM
        for tick in self.y.ticks:
            _, y = self._place((self.x.low, tick))
            yield f'<path class="line grid" d="M{left:g} {y:.1f}H{right:g}"/>'
            yield (
                f'<text class="faint" x="{left - 6:g}" y="{y + 4:.1f}" text-anchor="end">'
                f"{escape(self.y.label(tick))}</text>"
            )
        for tick in self.x.ticks:
            x, _ = self._place((tick, self.y.low))
            yield f'<path class="line grid" d="M{x:.1f} {bottom:g}v4"/>'
            yield (
                f'<text class="faint" x="{x:.1f}" y="{bottom + 18:g}" text-anchor="middle">'
                f"{escape(self.x.label(tick))}</text>"
            )
        middle = (left + right) / 2
        yield (
            f'<text class="ink" x="{middle:g}" y="{bottom + 36:g}" text-anchor="middle">'
            f"{escape(self.x_label)}</text>"
        )

    def _place(self, point: Point) -> Point:
        across = self.width - LEFT - self.margin
        up = self.height - TOP - BOTTOM
        x = LEFT + across * self.x.share(point[0])
        return x, self.height - BOTTOM - up * self.y.share(point[1])


def figure(panels: Sequence[Panel], described: str) -> str:
    """Panels side by side as one SVG document; `described` is what a screen reader says."""
    width = sum(panel.width for panel in panels)
    height = max(panel.height for panel in panels)
    parts, left = [], 0.0
    for panel in panels:
        parts.append(f'<g transform="translate({left:g} 0)">\n{panel.svg()}\n</g>')
        left += panel.width
    size = f'width="{width + 16:g}" height="{height + 8:g}"'
    box = f'viewBox="-8 -4 {width + 16:g} {height + 8:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} {size} role="img">'
    title = f"<title>{escape(described)}</title>"
    return "\n".join([head, title, _style(), *parts, "</svg>\n"])


def axis_around(values: Iterable[float], *, num_ticks: int = 6) -> Axis:
    """An axis with round ticks that holds all values."""
    held = list(values)
    low, high = min(held), max(held)
    rough = (high - low or 1.0) / num_ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]
    # As many digits as the step has: 0.65 stands under 0.675 as 0.650.
    digits = max(len(f"{tick:g}".partition(".")[2]) for tick in ticks)

    def label(tick: float) -> str:
        return f"{tick:.{digits}f}".replace("-", MINUS)

    return Axis(ticks[0], ticks[-1], ticks, label=label)


def _style() -> str:
    light = "\n".join(_rules(0))
    dark = "\n".join(_rules(1))
    return (
        f"<style>\ntext {{ {FONT}; stroke: none }}\n"
        ".title { font-weight: 600; font-size: 14px }\n"
        ".line { fill: none; stroke-linejoin: round; stroke-linecap: round }\n"
        ".area { stroke: none; opacity: 0.18 }\n.dot { stroke: none }\n"
        f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n</style>"
    )


def _rules(shade: int) -> Iterable[str]:
    for name, colours in INKS.items():
        yield f".line.{name} {{ stroke: {colours[shade]} }}"
        yield f"text.{name}, .area.{name}, .dot.{name} {{ fill: {colours[shade]} }}"
