"""Where the entries of a lock stand, read from its outline: tomllib takes ten times as long for a large one.

The outline is the text with every string emptied. Where nothing in it could hide a header or a quote (escapes, literal
or multi-line strings), the text is TOML exactly where its outline is; and of an outline, the many entries and lines
that look alike need to be parsed but once. Whatever is written in another way has no outline, and is read as a whole.
"""

from __future__ import annotations

import re
import tomllib

from releasegate.core.frozen import dataclass

_UNUSUAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\\\ufeff]")
_STRING = re.compile(r'"[^"\n]*"')
_NUMBER = re.compile(r"(?<== )(?:0|[1-9][0-9]{0,17})(?=[ ,\n])")
# Members of an array, a line each: an array of one is TOML where an array of many alike is.
_ALIKE = re.compile(r"^(    [^\n]*,\n)\1+", re.MULTILINE)
_ENTRY = re.compile(r"^(?=\[\[packages?\]\]\n)", re.MULTILINE)
# What begins with plain characters is found in a tenth of the time; whether a line begins there is looked at apart.
_HEADER = re.compile(r"\[\[packages?\]\]\n")
_NAMED = re.compile(r'\[\[(packages?)\]\]\nname = "([^"\n]*)"\n')


@dataclass(frozen=True)
class Listed:
    """An entry: the name that it states, and where its text begins, with its header, and ends."""

    array: str
    name: str
    start: int
    end: int


def outline(text: str) -> tuple[Listed, ...] | None:
    """Return the entries of a lock, in its order; ``None`` where only the whole text says whether it is TOML."""
    if '"""' in text or _UNUSUAL.search(text):
        return None
    emptied = _STRING.sub('""', text)
    if "'" in emptied or '"' in emptied.replace('""', ""):
        return None
    headers = (found.start() for found in _HEADER.finditer(text))
    starts = [start for start in headers if text[start - 1 : start] in {"", "\n"}]
    named = [(start, _NAMED.match(text, start)) for start in starts]
    ends = [*starts[1:], len(text)]
    listed = tuple(
        Listed(found[1], found[2], start, end) for (start, found), end in zip(named, ends, strict=False) if found
    )
    arrays = {each.array for each in listed}
    if len(arrays) != 1 or len(listed) != len(starts):
        return None
    preamble, *entries = _ENTRY.split(_ALIKE.sub(r"\1", _NUMBER.sub("0", emptied)))
    try:
        above, below = tomllib.loads(preamble), [tomllib.loads(shape) for shape in set(entries)]
    except (ValueError, RecursionError):
        return None
    # An entry whose header is written another way is counted with the one before it.
    (array,) = arrays
    single = all(shape.keys() == arrays and len(shape[array]) == 1 for shape in below)
    return listed if single and array not in above else None
