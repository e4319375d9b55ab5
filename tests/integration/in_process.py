"""The command in this process, in the folder that it is in: its branches are counted."""

from __future__ import annotations

import pytest

from releasegate.frontends.program import Releasegate


def typed_here(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run ``releasegate`` and return its exit code and its two outputs."""
    with pytest.raises(SystemExit) as ended:
        Releasegate().run(["releasegate", *words])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err
