"""The words of a command that uploads to a package index."""

from __future__ import annotations

import re

_OPTIONS = r"(?:\s+--?[\w-]+(?:[= ][^\s-]\S*)?){0,8}?"
_COMMANDS = {
    "twine upload": r"\btwine(?:\.commands\.upload\b|\b[^|;&]{0,400}?\s+upload\b)",
    **{
        f"{tool} publish": rf"\b{tool}{_OPTIONS}\s+publish\b"
        for tool in ("uv", "poetry", "hatch", "flit", "pdm", "rye", "pants")
    },
    "devpi upload": rf"\bdevpi{_OPTIONS}\s+upload\b",
    "maturin": rf"\bmaturin{_OPTIONS}\s+(?:publish|upload)\b",
    "setup.py upload": r"\bsetup\.py\b[^|;&]{0,400}?\s+upload\b",
    "semantic-release publish": rf"\bsemantic-release{_OPTIONS}\s+publish\b",
    "curl": r"\bcurl\b.{0,400}:action=file_upload",
}
_NO_UPLOAD = re.compile(r"^(?:echo|printf?|raise|log\w*|warn\w*|Write-\w+)\b|--dry\b|--help\b", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#.*")
_QUOTES = re.compile(r"""["'`,()\[\]]+""")


def command(text: str) -> str:
    """Return the command in *text* that would upload; empty where none would."""
    return next((name for name, pattern in _COMMANDS.items() if re.search(pattern, text)), "")


def said(line: str) -> str:
    """Return the command in a line that uploads, its comment left out; empty where none does, or nothing is sent."""
    # One of these is in every command that uploads, and few lines have one.
    words = _COMMENT.sub("", line).strip(" \t@-+") if "publish" in line or "upload" in line else ""
    return command(words) if words and not _NO_UPLOAD.search(words) else ""


def said_in_code(line: str) -> str:
    """Return the command in a line of a program, where its words may be a list of strings."""
    return said(line) or said(_QUOTES.sub(" ", line))
