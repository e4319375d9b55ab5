"""The extras without which not every module of a package can be imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Files, texts, under
from releasegate.core.adopt.code import setup_call, setup_cfg
from releasegate.core.adopt.modules.imports import imports_of, modules_of
from releasegate.core.install.extras import brings, extras_for

TESTING = frozenset({"pytest", "hypothesis", "nose"})
"""What only the tests in a package import."""


def needed_extras(
    project: Mapping[str, Any], files: Files, folders: Sequence[PurePosixPath], *, without: Collection[str]
) -> tuple[str, ...]:
    """Return the extras that bring what modules of the *folders* import; modules of the patterns *without* aside.

    A module that tests import by themselves, such as pytest, is no reason for an extra.
    """
    declared, own = dependencies(project, files), {folder.name for folder in folders}
    wanted = {name: names for folder in folders for name, names in imports_of(files, modules_of(files, folder)).items()}
    kept = [names for name, names in wanted.items() if not any(fnmatchcase(name, pattern) for pattern in without)]
    tops = {each.partition(".")[0] for names in kept for each in names if each} - {*own, *TESTING}
    missing = sorted(top for top in tops if not brings(top, declared))
    return tuple(sorted(set(extras_for(missing, dict(offers(project, files))).values())))


def dependencies(project: Mapping[str, Any], files: Files) -> frozenset[str]:
    """Return the names of everything that is installed with the package, as far as it is written down."""
    said = [*texts(under(project, "project", "dependencies"))]
    poetry = under(project, "tool", "poetry", "dependencies")
    said += [name for name, how in poetry.items() if not under(how, "optional")] if isinstance(poetry, dict) else []
    said += setup_cfg(files, "options").get("install_requires", "").splitlines()
    called = setup_call(files).get("install_requires")
    constants = ast.walk(called) if called is not None else ()
    said += [node.value for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return frozenset(canonicalize_name(re.split(r"[\s<>=!~\[;(@]", each.strip())[0]) for each in said)


def offers(project: Mapping[str, Any], files: Files) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the package's extras, each with the names that it installs."""
    for said in (under(project, "project", "optional-dependencies"), under(project, "tool", "poetry", "extras")):
        for name, wanted in said.items() if isinstance(said, dict) else ():
            yield name, _names(texts(wanted))
    for name, text in setup_cfg(files, "options.extras_require").items():
        yield name, _names(text.splitlines())
    called = setup_call(files).get("extras_require")
    for key, value in zip(called.keys, called.values, strict=True) if isinstance(called, ast.Dict) else ():
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            constants = [each.value for each in ast.walk(value) if isinstance(each, ast.Constant)]
            yield key.value, _names([each for each in constants if isinstance(each, str)])


def _names(requirements: Collection[str]) -> frozenset[str]:
    found = (re.split(r"[\s<>=!~\[;(@]", each.strip())[0] for each in requirements)
    return frozenset(canonicalize_name(each) for each in found if each)
