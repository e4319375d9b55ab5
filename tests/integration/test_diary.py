"""The diary of a pair's first day is what its commands print: each is run, on clones and mirrors like theirs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from diary import opened, page

PAGE = Path(__file__).parents[2] / "docs" / "monday.md"


@pytest.mark.slow
def test_every_command_of_the_diary_prints_what_the_page_says(tmp_path: Path) -> None:
    with ExitStack() as stack:
        said = "".join(page(opened(tmp_path, stack)))
    assert said == PAGE.read_text(encoding="utf-8"), "python tests/integration/diary.py > docs/monday.md"
