"""The words of a problem in the configuration: what was meant, and what must not be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from releasegate.core.nearest import nearest

_LONGEST = 80
# Tokens as the forges and indexes hand them out, and a password inside an address.
_SECRET_VALUE = re.compile(
    r"pypi-AgE[\w-]*|pypi-[\w-]{40,}|gh[a-z]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|://[^/\s@:]*:[^/\s@]+@"
)
_SECRET_KEY = re.compile(
    r"(?:^|[-_])(?:token|password|passwd|secret|api[-_]?key|credentials?)(?:$|[-_])", re.IGNORECASE
)
_SECRET_VARIABLE = re.compile(
    r"TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|_AUTH$|^AUTH_", re.IGNORECASE
)
NO_SECRETS = 'a secret must not stand here; name an environment variable in "token-env", or set "keyring = true"'

_TYPES = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}


def is_secret(value: Any) -> bool:
    """Return whether *value* looks like a token, or has a password in it."""
    return isinstance(value, str) and _SECRET_VALUE.search(value) is not None


def holds_secret(name: str, value: str) -> bool:
    """Return whether the environment variable *name* holds a secret, as far as its name and value tell."""
    return is_secret(value) or (value.strip() != "" and value[0] != "/" and bool(_SECRET_VARIABLE.search(name)))


def kind_of(value: Any) -> str:
    """Return what *value* is, without showing it: it may be a secret in the wrong place."""
    return _TYPES.get(type(value), "a date or time")


def typed(value: Any, kind: type, *, instead: str) -> None:
    """Make sure that *value* is of that very type (a bool is no number); raises ``ValueError``."""
    if type(value) is not kind:
        raise ValueError(f"is {kind_of(value)}; write {instead}")


def shown(value: str) -> str:
    """Return *value* in quotes for a message: no control characters, no secret, not too long."""
    # Letters of every language are shown as they are, and what cannot be seen by its number.
    quoted = json.dumps(value[:_LONGEST], ensure_ascii=not value.isprintable())
    return "(a secret)" if is_secret(value) else quoted + "..." * (len(value) > _LONGEST)


def unknown(name: str, known: Iterable[str], *, value: Any, elsewhere: Sequence[str] = ()) -> str:
    """Return the sentence for a key that does not exist: its nearest neighbour, never its value.

    *elsewhere* are the headings of the tables that have it.
    """
    if _SECRET_KEY.search(name) or is_secret(value):
        return NO_SECRETS
    if elsewhere:
        return f"is no key here; it belongs into {' or '.join(elsewhere)}"
    return f"is no key here; {suggestion(name, known)}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what to write instead of *name*: the nearest of *known*, or one of them where none is near."""
    names = sorted(known) if isinstance(known, AbstractSet) else list(known)
    near = nearest(name, names)
    if near:
        return f"did you mean {near}?"
    return f"write one of {', '.join(names)}" if names else "there is none"
