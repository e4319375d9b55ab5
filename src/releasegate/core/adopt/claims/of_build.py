"""The version files that the build reads the version from, whatever builds the package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Claim, Files, Source, decoded, text_around, texts, under
from releasegate.core.adopt.code import assigned, imported, parsed, said_to_setup, setup_call, setup_cfg
from releasegate.core.audit.code.trees import assignments
from releasegate.core.config.version_file_types import (
    IniVersionFile,
    JsonVersionFile,
    PythonVersionFile,
    SetupVersionFile,
    TextVersionFile,
    TomlVersionFile,
    VersionFile,
)
from releasegate.core.release.versions import parse_version
from releasegate.core.toml.lines import join_key
from releasegate.core.version_files.ini import keys_of

PROJECT, SETUP, CFG = (PurePosixPath(name) for name in ("pyproject.toml", "setup.py", "setup.cfg"))
_LONGEST = 100
_NAMES = ("__version__", "VERSION", "version")
# https://hatch.pypa.io/latest/plugins/version-source/regex/: what hatchling looks for where no pattern is given.
_HATCH = r"(?i)^(__version__|VERSION)(?: ?\: ?str)? *= *([\'\"])v?(?P<version>.+?)\2"


def claims(source: Source) -> Iterator[Claim]:
    """Yield what the build reads, the likeliest first."""
    for version_file in _read_by_the_build(source):
        yield Claim(version_file, "build")


def _read_by_the_build(source: Source) -> Iterator[VersionFile]:
    project, files = source.project, source.files
    for key in ("project.version", "tool.poetry.version"):
        if isinstance(under(project, *key.split(".")), str):
            yield TomlVersionFile(PROJECT, key)
    yield from _hatch(under(project, "tool", "hatch", "version"), files)
    path = under(project, "tool", "pdm", "version", "path")
    if isinstance(path, str):
        yield from _attributes(PurePosixPath(path), ("__version__",), files)
    yield from _setuptools(under(project, "tool", "setuptools", "dynamic", "version"), files)
    said = setup_cfg(files).get("version", "")
    if said.startswith("attr:"):
        yield from _of_attribute(said.removeprefix("attr:").strip(), files)
    elif said.startswith("file:"):
        yield from _plain_files(said.removeprefix("file:").split(",")[:1], files)
    elif said:
        yield IniVersionFile(CFG, "metadata.version")
    if "flit" in str(under(project, "build-system", "build-backend")):
        named = under(project, "tool", "flit", "module", "name") or under(project, "tool", "flit", "metadata", "module")
        for module in texts(named) or (source.name.replace("-", "_"), *(m.name for m in source.modules[:1])):
            yield from _of_attribute(f"{module}.__version__", files)
    yield from _setup(files)


def _setup(files: Files) -> Iterator[VersionFile]:
    """Yield the call of setup, and where what it is called with is computed, the plain files that setup.py names."""
    if "version" in setup_call(files):
        yield SetupVersionFile(SETUP)
        if said_to_setup(files, "version") is None:
            yield from _plain_files(_read_by_setup(files), files)
        yield from _named_in_setup(files)


def _named_in_setup(files: Files) -> Iterator[VersionFile]:
    """Yield what setup is called with by its name, ``about["RELEASE"]``, in the files that setup.py reads."""
    value = setup_call(files)["version"]
    keys = tuple(_keys(value))
    name = keys[-1] if keys else getattr(value, "id", getattr(value, "attr", None))
    texts = decoded(files[SETUP])
    named = (path for path in files if path != SETUP and _in_quotes(path.name, texts))
    for path in sorted(named, key=lambda path: (len(path.parts), path)):
        if path.suffix == ".py" and isinstance(name, str) and name.isidentifier():
            yield from (PythonVersionFile(path, each) for each in assigned(files[path], (name,)) if each == name)
        elif keys and path.suffix in {".json", ".toml"}:
            made = JsonVersionFile if path.suffix == ".json" else TomlVersionFile
            yield made(path, join_key(keys))
        elif keys and path.suffix in {".ini", ".cfg"}:
            found = (key for key in keys_of(files[path]) if key.rpartition(".")[2] == keys[-1])
            yield from (IniVersionFile(path, key) for key in found)


def _keys(node: ast.expr) -> Iterator[str]:
    """Yield the texts by which something is looked up: ``a`` and ``b`` of ``read()["a"]["b"]``."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        yield from _keys(node.value)
        yield node.slice.value


def read_by_setup(source: Source, found: Sequence[VersionFile]) -> bool:
    """Whether setup.py takes the version from one of the files *found*: it has its name, or names the file."""
    value = setup_call(source.files).get("version")
    name = getattr(value, "id", getattr(value, "attr", None))
    texts = decoded(source.files.get(SETUP, b""))
    return any(getattr(each, "attribute", "") == name or _in_quotes(each.path.name, texts) for each in found)


def _read_by_setup(files: Files) -> list[str]:
    """Return the files that hold a version and nothing else, and whose name is a text in setup.py."""
    texts = decoded(files[SETUP])
    plain = (path for path, content in files.items() if len(content) <= _LONGEST)
    return [
        str(path)
        for path in sorted(plain, key=lambda path: (len(path.parts), path))
        if _in_quotes(path.name, texts) and parse_version(decoded(files[path]).strip("\ufeff \t\r\n")) is not None
    ]


def _in_quotes(name: str, text: str) -> bool:
    return re.search(rf"""[/"']{re.escape(name)}["']""", text) is not None


def _hatch(table: Any, files: Files) -> Iterator[VersionFile]:
    """Yield what hatchling's version sources read: regex, code, and the plugin for package.json."""
    source, path = under(table, "source"), under(table, "path")
    if source == "nodejs":
        yield JsonVersionFile(PurePosixPath(str(path or "package.json")), "version", "semver")
    elif isinstance(path, str) and source == "code":
        expression = under(table, "expression")
        yield from _attributes(
            PurePosixPath(path), (expression if isinstance(expression, str) else "__version__",), files
        )
    elif isinstance(path, str):
        pattern = under(table, "pattern")
        yield from _matched(PurePosixPath(path), files, pattern if isinstance(pattern, str) else None)


def _matched(path: PurePosixPath, files: Files, pattern: str | None) -> Iterator[VersionFile]:
    """Yield what hatchling's regular expression means, an assignment in a Python file, else the text around it."""
    text = decoded(files.get(path, b""))
    try:
        match = re.search(pattern or _HATCH, text, re.MULTILINE)
        start, version = (match.start("version"), match["version"]) if match is not None else (0, None)
    except (re.error, IndexError, RecursionError):
        return
    if path.suffix == ".py":
        line = text.count("\n", 0, start) + 1
        named = [
            a for a, each in assigned(files.get(path, b"")).items() if (each.version, each.line) == (version, line)
        ]
        yield from _attributes(path, named or (_NAMES if pattern is None else ()), files)
    if version is not None:
        yield from _around(path, text, start, version)


def _around(path: PurePosixPath, text: str, start: int, version: str) -> Iterator[VersionFile]:
    begin = text.rfind("\n", 0, start) + 1
    line = text[begin : (text.find("\n", start) + 1 or len(text) + 1) - 1].rstrip("\r")
    place = re.compile(f"({re.escape(version.removeprefix('v'))})").search(line, start - begin)
    made = text_around(path, line, place) if place is not None else None
    yield from [made] if made is not None else []


def _setuptools(dynamic: Any, files: Files) -> Iterator[VersionFile]:
    attribute = under(dynamic, "attr")
    if isinstance(attribute, str):
        yield from _of_attribute(attribute, files)
    yield from _plain_files(texts(under(dynamic, "file")), files)


def _plain_files(names: Sequence[str], files: Files) -> Iterator[VersionFile]:
    for name in names:
        content = decoded(files.get(PurePosixPath(name.strip()), b""))
        if content.strip():
            mark = "v" if content.lstrip("\ufeff \t\r\n").startswith("v") else ""
            yield TextVersionFile(PurePosixPath(name.strip()), f"{mark}{{version}}")


def _of_attribute(dotted: str, files: Files) -> Iterator[VersionFile]:
    """Yield the file and the name of ``package.module.attribute``, followed to where it is assigned."""
    *parts, attribute = dotted.split(".")
    stem = PurePosixPath(*parts)
    for path in dict.fromkeys(_modules(stem, files)):
        yield from _attributes(path, (attribute,), files)


def _modules(stem: PurePosixPath, files: Files) -> Iterator[PurePosixPath]:
    """Yield the files that may be a module, the likeliest first; any folder may be the root of all packages."""
    usual = (PurePosixPath(), PurePosixPath("src"), *_package_roots(files))
    known = [root / tail for root in usual for tail in (f"{stem}.py", stem / "__init__.py")]
    yield from known
    if any(path in files for path in known):
        return
    tails = (PurePosixPath(f"{stem}.py").parts, (stem / "__init__.py").parts)
    ends = (path for path in files if any(path.parts[-len(tail) :] == tail for tail in tails))
    yield from sorted(ends, key=lambda path: (len(path.parts), path))[:1]


def _package_roots(files: Files) -> Iterator[PurePosixPath]:
    """Yield the folders that setup.cfg or setup.py call the root of all packages (``package_dir = =lib``)."""
    text = decoded(files.get(CFG, b"")) + decoded(files.get(SETUP, b""))
    for match in re.finditer(r"""(?:package_dir\s*=\s*\n?\s*=\s*|["']{2}\s*:\s*["'])([\w./-]+)""", text):
        yield PurePosixPath(match[1])


def _attributes(path: PurePosixPath, names: Sequence[str], files: Files) -> Iterator[VersionFile]:
    for name in names:
        yield from follow(path, name, files)


def follow(path: PurePosixPath, attribute: str, files: Files, *, depth: int = 4) -> Iterator[VersionFile]:
    """Yield where *attribute* of a module is assigned: there, or in the module of the repository that it is from."""
    if path not in files or not depth:
        return
    yield PythonVersionFile(path, attribute)
    for module, level, name in _imported(files[path], attribute):
        folder = path.parent
        for _ in range(level - 1):
            folder = folder.parent
        starts = [folder] if level else [PurePosixPath(), PurePosixPath("src"), *_package_roots(files)]
        for start in starts:
            stem = start.joinpath(*module.split(".")) if module else start
            for target in (stem.with_name(f"{stem.name}.py") if stem.name else stem, stem / "__init__.py"):
                yield from follow(target, name, files, depth=depth - 1)


def _imported(content: bytes, attribute: str) -> Iterator[tuple[str, int, str]]:
    """Yield where a module imports *attribute* from, under that name or the one that it is assigned: ``_v.VERSION``."""
    yield from imported(content, attribute)
    value = assignments(parsed(content).body).get(attribute)
    if isinstance(value, ast.Name):
        yield from imported(content, value.id)
    elif isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
        for module, level, name in imported(content, value.value.id):
            yield f"{module}.{name}".lstrip("."), level, value.attr
