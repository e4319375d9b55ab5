"""What is shown of another program's words."""

from __future__ import annotations

from releasegate.adapters.output import without_frames

CHAINED = """\
* Building wheel...
Traceback (most recent call last):
  File "a.py", line 1, in main
    run()
    ~~~^^

  File "b.py", line 2, in run
ValueError: no
  with a second line

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "c.py", line 3
SystemExit: 3
ERROR Backend subprocess exited"""


def test_of_tracebacks_what_was_raised_is_shown_and_not_where() -> None:
    assert without_frames(CHAINED).splitlines() == [
        "* Building wheel...",
        "ValueError: no",
        "  with a second line",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "SystemExit: 3",
        "ERROR Backend subprocess exited",
    ]
    assert without_frames("  indented\nplain") == "  indented\nplain"
