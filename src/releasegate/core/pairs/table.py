"""The matrix as a table in a page, between two markers."""

from __future__ import annotations

from collections.abc import Sequence

from releasegate.core.errors import ConfigurationError
from releasegate.core.report.markdown import pairs as table
from releasegate.core.report.model import PairRow

BEGIN = "<!-- releasegate pairs: begin -->"
END = "<!-- releasegate pairs: end -->"


def with_table(text: str, rows: Sequence[PairRow], *, where: str) -> str:
    """Return *text* with the table of *rows* between its markers; all else stays as it is, line ends too.

    Raises:
        ConfigurationError: the markers are not there, each once and in this order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise ConfigurationError(
            f"{where} has no place for the table.",
            hint=f"Write these two lines where it belongs, each once: {BEGIN} and {END}",
        )
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = [BEGIN, "", *(table(rows) if rows else ["Nothing is proven yet.", ""]), END]
    return before + line_end.join(lines) + after
