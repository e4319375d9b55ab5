"""Whether a runner would get releasegate from an index by its name, which is nobody's as long as it is on none."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

OURS = "releasegate"
_OWN_INDEX = ("--index-url", "-i", "--default-index", "--no-index")
"""With one of these, whoever writes it says which index the name is on."""
_INSTALLERS = frozenset({"pip", "pip3", "uv", "pipx"})
_NAMES_IT = ("--from", "--with", "--spec")
_ENDS = frozenset(";|&\n")


def installs_by_name(command: Sequence[str]) -> bool:
    """Whether *command*, or a shell's command in it, installs or runs releasegate as an index has it by that name.

    A file, a folder or an address that is named instead is none of an index's.
    """
    return any(_by_name(words) for words in _commands(command))


def _commands(command: Sequence[str]) -> Iterator[list[str]]:
    """Yield the words of every command: of the one itself, and of each in the texts that a shell is given."""
    yield [*command]
    for text in (each for each in command if " " in each):
        try:
            found = list(shlex.shlex(text, posix=True, punctuation_chars=";|&\n"))
        except ValueError:  # a quote that does not end
            found = text.split()
        words = list[str]()
        for word in found:
            if set(word) <= _ENDS:
                yield words
                words = []
            else:
                words.append(word)
        yield words


def _by_name(words: Sequence[str]) -> bool:
    names = [word.rpartition("/")[2] for word in words]
    if any(word.partition("=")[0] in _OWN_INDEX for word in words):
        return False
    if any(_is_ours(word) for word in _named(words)):
        return True
    installs = "install" in names or "add" in names
    if installs and not _INSTALLERS.isdisjoint(names):
        return any(_is_ours(word) for word in words)
    runs = "uvx" in names or ("run" in names and ("pipx" in names or "tool" in names))
    return runs and not any(word.partition("=")[0] in {"--from", "--spec"} for word in words) and OURS in words


def _named(words: Sequence[str]) -> Iterator[str]:
    """Yield what options name that is to be installed."""
    for n, word in enumerate(words):
        option, _, value = word.partition("=")
        if option in _NAMES_IT:
            yield value or "".join(words[n + 1 : n + 2])


def _is_ours(word: str) -> bool:
    try:
        requirement = Requirement(word)
    except InvalidRequirement:
        return False
    return canonicalize_name(requirement.name) == OURS and requirement.url is None
