"""The page of the benchmarks says what was measured, and by whom a row cannot be done."""

from __future__ import annotations

from tests.bench.measured import spread
from tests.bench.table import Grown, Measured, page, picture

OURS = Measured("build", "nox -s build", None, spread([3.0, 2.0, 4.0]), spread([5.0]), 2048)
PEER = Measured("build", "uv build", 1.3, spread([2.0]), spread([2.5]), 1024, spread([1.5, 1.0, 2.0]), spread([2.0]))
UNABLE = Measured("build", "tbump", cannot="it builds nothing")
GROWN = (Grown("wheel", "members", 2_000, 0.05, 20480), Grown("wheel", "members", 20_000, 0.5, 40960))


def test_a_row_has_the_median_and_the_spread_and_the_ratio_to_each_peer() -> None:
    text = page([OURS, PEER, UNABLE], GROWN, runs=3, ground="2 cores", pair="a 1.0 with b 2.0")

    assert "| build | nox -s build | 3.00 (2.00 to 4.00) | 5.00 (5.00 to 5.00) | 2 |  |  |  |" in text
    assert "| 1.50 (1.00 to 2.00) | 2.00 (2.00 to 2.00) | 1.3 |" in text
    assert "3 runs of each command, in turn, on 2 cores." in text
    assert "What is worked on is a 1.0 with b 2.0," in text


def test_a_peer_that_cannot_do_a_row_says_so() -> None:
    assert "| build | tbump | cannot: it builds nothing | | | | | |" in page(
        [UNABLE], GROWN, runs=1, ground="", pair=""
    )


def test_every_size_is_in_the_table_and_in_the_picture() -> None:
    text, drawn = page([], GROWN, runs=1, ground="", pair=""), picture(GROWN)

    assert "| wheel | 20,000 members | 0.500 | 40 |" in text
    assert drawn.count("<circle ") == len(GROWN)


def test_one_size_alone_can_be_drawn() -> None:
    assert picture(GROWN[:1]).endswith("</svg>\n")
