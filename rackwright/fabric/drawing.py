"""A few SVG shapes as text; coordinates in pixels, y downwards."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

RAIL_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D1F", "#5D3A9B")
"""One for each rail, told apart by colour-blind readers too (after Okabe and Ito); they repeat beyond eight."""
INK, PALE, PAPER = "#1b1f24", "#d0d7de", "#ffffff"


def colour(rail: int) -> str:
    """Colour of a rail, counted from 0."""
    return RAIL_COLOURS[rail % len(RAIL_COLOURS)]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Horizontal centre."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + self.height

    def cells(self, count: int, gap: float = 3) -> list[Box]:
        """`count` equal boxes side by side inside this one."""
        width = (self.width - gap * (count - 1)) / count
        return [Box(self.x + nth * (width + gap), self.y, width, self.height) for nth in range(count)]


def rect(box: Box, fill: str = PAPER, stroke: str = INK) -> str:
    """A rectangle with a thin border."""
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="3" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def text(
    x: float, y: float, words: str, *, size: int = 13, anchor: str = "middle", fill: str = INK, bold: bool = False
) -> str:
    """One line of text; `y` is its baseline."""
    weight = ' font-weight="600"' if bold else ""
    look = f'font-size="{size}" text-anchor="{anchor}" fill="{fill}"{weight}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(words)}</text>'


def bundle(lower: Box, upper: Box, fill: str) -> str:
    """All links between two boxes as one band."""
    corners = [(lower.x, lower.y), (lower.x + lower.width, lower.y)]
    corners += [(upper.x + upper.width, upper.bottom), (upper.x, upper.bottom)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" fill="{fill}" fill-opacity="0.16" stroke="{fill}" stroke-opacity="0.5"/>'


def line(a: tuple[float, float], b: tuple[float, float], stroke: str) -> str:
    """A thin line."""
    ends = f'x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}"'
    return f'<line {ends} stroke="{stroke}" stroke-opacity="0.7"/>'


def document(width: float, height: float, title: str, shapes: list[str]) -> str:
    """A whole SVG file; `title` is read out to those who do not see it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="DejaVu Sans, Arial, sans-serif" role="img">'
    )
    paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *shapes, "</svg>", ""])
