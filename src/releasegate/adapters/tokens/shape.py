"""What no token of an index looks like: seen before anything is tagged, and not by the index's 403 afterwards."""

from __future__ import annotations

import re

TOKEN_USER = "__token__"  # noqa: S105 - the user's name where a token is all that counts

_PLACEHOLDER = re.compile(r"\$\{?\{?.*|<.*>|\*+|x{3,}|(your|my)[-_].*|change[-_]?me|todo", re.IGNORECASE)
_PUBLIC = "pypi-"
"""How the tokens of the public indexes begin."""


def flaw(token: str, *, user: str, public: bool) -> str:
    """Return why a token cannot be right, empty where it can; *public* says that it is one of a public index.

    The password of a *user* with a name may be anything on one line, and so may what an index of one's own gives out.
    """
    if not token.isprintable():
        return "it has a line's end or the like in it"
    if user != TOKEN_USER:
        return ""
    if token[0] in "'\"`" and token[0] == token[-1]:
        return "it stands in quotes"
    if _PLACEHOLDER.fullmatch(token):
        return "it only stands for one"
    if public and not re.fullmatch(r"[!-~]+", token):
        return "it has a space in it, or a character that no token has"
    return f"those of this index begin with {_PUBLIC}" if public and not token.startswith(_PUBLIC) else ""
