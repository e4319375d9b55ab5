"""What was measured, as a Markdown page, as JSON, and as one picture of how the work grows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.measured import Spread

COLOURS = ("#1b6ca8", "#c8553d", "#588157", "#8e6c88", "#b58900", "#444444", "#2a9d8f")
WIDTH, HEIGHT, EDGE = 640, 400, 60


@dataclass(frozen=True)
class Measured:
    """One line of the table: a command's processor seconds and seconds; the ratios are ours by it, pair by pair."""

    work: str
    name: str
    aim: float | None = None
    cpu: Spread | None = None
    wall: Spread | None = None
    memory: int = 0
    cpu_ratio: Spread | None = None
    wall_ratio: Spread | None = None
    cannot: str = ""
    within: float | None = None


@dataclass(frozen=True)
class Grown:
    """What one size of a task took: processor seconds, and the most memory in KiB."""

    name: str
    unit: str
    size: int
    cpu: float
    memory: int


def page(measured: Sequence[Measured], grown: Sequence[Grown], *, runs: int, ground: str, pair: str) -> str:
    """Return the page; *pair* is what was worked on."""
    return "\n".join(_page(measured, grown, runs=runs, ground=ground, pair=pair)) + "\n"


def _page(measured: Sequence[Measured], grown: Sequence[Grown], *, runs: int, ground: str, pair: str) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield f"Written by `nox -s bench` in one run: {runs} runs of each command, in turn, on {ground}."
    yield "Seconds of a processor are those of the whole process and its children: the median, the lowest and the"
    yield "highest. The ratios are ours by the peer's, run by run: of the processor, and of what one waits."
    yield f"What is worked on is {pair},"
    yield "as PyPI has them; a rehearsal is the sample pair's."
    yield "[Where the time goes](where-the-time-goes.md) says why."
    yield ""
    yield "| work | command | processor, s | elapsed, s | memory, MiB | ratio, processor | ratio, elapsed | aim |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for each in measured:
        if each.cannot:
            yield f"| {each.work} | {each.name} | cannot: {each.cannot} | | | | | |"
            continue
        aim = "" if each.aim is None else f"{each.aim:g}"
        aim = aim if each.within is None else f"{each.within:g} s elapsed"
        ratios = " | ".join("" if ratio is None else str(ratio) for ratio in (each.cpu_ratio, each.wall_ratio))
        yield f"| {each.work} | {each.name} | {each.cpu} | {each.wall} | {each.memory // 1024} | {ratios} | {aim} |"
    yield ""
    yield "## Growth"
    yield ""
    yield "![Seconds of a processor by size, both on logarithmic scales](benchmarks.svg)"
    yield ""
    yield "| task | size | processor, s | memory, MiB |"
    yield "| --- | --- | --- | --- |"
    for one in grown:
        yield f"| {one.name} | {one.size:,} {one.unit} | {one.cpu:.3f} | {one.memory // 1024} |"


def picture(grown: Sequence[Grown]) -> str:
    """Return the picture: a line a task on two logarithmic scales, where what is linear rises by one in one."""
    sizes = [math.log10(each.size) for each in grown]
    times = [_log(each.cpu) for each in grown]
    names = list(dict.fromkeys(each.name for each in grown))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{EDGE}" y="20">seconds of a processor, by size</text>',
    ]
    for number, name in enumerate(names):
        colour = COLOURS[number % len(COLOURS)]
        points = [
            (_along(math.log10(one.size), sizes, WIDTH - 160), HEIGHT - _along(_log(one.cpu), times, HEIGHT))
            for one in grown
            if one.name == name
        ]
        drawn = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{drawn}"/>')
        lines += [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in points]
        lines.append(f'<text x="{WIDTH - 130}" y="{60 + 18 * number}" fill="{colour}">{name}</text>')
    low, high = 10 ** min(times), 10 ** max(times)
    lines.append(f'<text x="5" y="{HEIGHT - EDGE}">{low:.3f} s</text><text x="5" y="{EDGE}">{high:.2f} s</text>')
    lines.append(f'<text x="{EDGE}" y="{HEIGHT - 20}">{10 ** min(sizes):,.0f}</text>')
    lines.append(f'<text x="{WIDTH - 200}" y="{HEIGHT - 20}">{10 ** max(sizes):,.0f}</text></svg>')
    return "\n".join(lines) + "\n"


def _log(seconds: float) -> float:
    return math.log10(max(seconds, 0.001))


def _along(value: float, values: Sequence[float], length: int) -> float:
    low, high = min(values), max(values)
    return EDGE + (value - low) / ((high - low) or 1) * (length - 2 * EDGE)
