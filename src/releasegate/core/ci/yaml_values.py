"""How values of the configuration become text of a workflow: each stays the very value, and none is an expression."""

from __future__ import annotations

import re

from releasegate.core.errors import ConfigurationError

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}


def quoted(text: str) -> str:
    """Return a YAML scalar that is this text, whatever is in it.

    Raises:
        ConfigurationError: a forge would take it for an expression.
    """
    if "${{" in text:
        raise ConfigurationError(
            f"{text!r} would be an expression in a workflow.",
            hint="Write the value itself; a secret reaches a command by its environment only",
        )
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'


def command(line: str) -> str:
    """Return a command as it is where YAML reads it so, else as a block or quoted."""
    in_quotes = quoted(line)
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_./=+-]* [A-Za-z0-9 $_./=+-]*", line):
        return line
    return "|\n          " + line if line.isprintable() else in_quotes


def literal(prefix: str) -> str:
    r"""Return a tag's beginning as a filter pattern that means it literally."""
    return re.sub(r"([*?+\[\]!\\])", r"\\\1", prefix)
