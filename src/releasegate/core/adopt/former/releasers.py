"""Tools that release, too: commitizen, python-semantic-release and release-please, and the files they were told of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Files, decoded, texts, under
from releasegate.core.adopt.code import setup_cfg
from releasegate.core.adopt.former.tool import FormerTool, Search, json_of, paths, text_or_none, toml_of, yaml_of
from releasegate.core.config.version_file_types import (
    JsonVersionFile,
    PythonVersionFile,
    TomlVersionFile,
    VersionFile,
)
from releasegate.core.toml.lines import split_key

MANIFEST, CONFIGURATION = ".release-please-manifest.json", "release-please-config.json"
_MARKED = re.compile(r"x-release-please-(?:version|major|minor|patch)")


def configured(files: Files, *, folder: str) -> Iterator[FormerTool]:
    """Yield every such tool; *folder* is the name of the package's folder, where it is not the repository's top."""
    for path in paths("pyproject.toml", ".cz.toml", "cz.toml"):
        body = under(toml_of(files, path), "tool", "commitizen")
        yield from _commitizen(body, TomlVersionFile(path, "tool.commitizen.version"))
    for path in paths(".cz.json", "cz.json"):
        body = under(json_of(files, path), "commitizen")
        yield from _commitizen(body, JsonVersionFile(path, "commitizen.version"))
    for path in paths(".cz.yaml", "cz.yaml"):
        yield from _commitizen(under(yaml_of(files, path), "commitizen"), Search(str(path), lines=r"^\s*version\s*:"))
    yield from _semantic_release(under(toml_of(files, PurePosixPath("pyproject.toml")), "tool", "semantic_release"))
    yield from _semantic_release(_older(setup_cfg(files, "semantic_release")))
    yield from _semantic_release(under(toml_of(files, PurePosixPath("releaserc.toml")), "semantic_release"))
    yield from _semantic_release(under(json_of(files, PurePosixPath("releaserc.json")), "semantic_release"))
    for manifest in sorted((path for path in files if path.name == MANIFEST), key=lambda path: -len(path.parts)):
        if set(manifest.parts[:-1]) <= {".."}:
            yield from _release_please(files, manifest, folder=folder)


def _commitizen(body: Any, own: TomlVersionFile | JsonVersionFile | Search) -> Iterator[FormerTool]:
    if not body:
        return
    version = under(body, "version")
    said = version if isinstance(version, str) and version else None
    searches = [own] if isinstance(own, Search) and said else []
    for each in texts(under(body, "version_files")):
        # "path" or "path:regex", and only lines that the regex finds are changed.
        path, _, lines = each.partition(":")
        searches.append(Search(path, lines=lines or None))
    tag = text_or_none(under(body, "tag_format"))
    kept = own if said and not isinstance(own, Search) else None
    yield FormerTool("commitizen", said, kept, searches=tuple(searches), tag=tag)


def _older(section: Mapping[str, str]) -> dict[str, Any]:
    """Return the table of a section of ``setup.cfg``, which python-semantic-release read until its version 8."""
    lists = {"version_variable", "version_toml"}
    return {key: re.split(r"[,\s]+", text.strip()) if key in lists else text for key, text in section.items()}


def _semantic_release(body: Any) -> Iterator[FormerTool]:
    if not body:
        return
    found: list[VersionFile] = []
    for each in texts(under(body, "version_toml")):
        path, _, key = each.partition(":")
        key = key.partition(":")[0]
        found += [TomlVersionFile(PurePosixPath(path), key)] if split_key(key) else []
    searches: list[Search] = []
    for each in (*texts(under(body, "version_variables")), *texts(under(body, "version_variable"))):
        path, _, name = each.partition(":")
        name = name.partition(":")[0]
        if not path.endswith(".py"):
            # An operator, or blanks, and the version or its tag behind it.
            behind = r"""["']?(?:\s*(?::=|==|[:=@])|\s)\s*["']?v?[0-9]"""
            searches.append(Search(path, lines=f"{re.escape(name)}{behind}" if name else None))
        elif name.isidentifier():
            found.append(PythonVersionFile(PurePosixPath(path), name))
    tag = text_or_none(under(body, "tag_format"))
    yield FormerTool("python-semantic-release", None, None, tuple(found), tuple(searches), tag=tag)


def _release_please(files: Files, manifest: PurePosixPath, *, folder: str) -> Iterator[FormerTool]:
    """Read release-please's two files, which lie at the repository's top and name each package's folder."""
    top, above = manifest.parent, len(manifest.parts) - 1
    versions, settings = json_of(files, manifest), json_of(files, top / CONFIGURATION)
    mine = _named(versions, folder, above) if above else "."
    version = under(versions, mine)
    if not isinstance(version, str):
        return
    package = under(settings, "packages", mine)
    found: list[VersionFile] = []
    searches: list[Search] = []
    listed = under(package, "extra-files") or under(settings, "extra-files")
    for extra in listed if isinstance(listed, list) else []:
        path, kind, jsonpath = (under(extra, key) for key in ("path", "type", "jsonpath"))
        key = jsonpath.removeprefix("$.") if isinstance(jsonpath, str) else ""
        if isinstance(path, str) and kind in {"json", "toml"} and split_key(key):
            made = JsonVersionFile if kind == "json" else TomlVersionFile
            found.append(made(_from(top, path), key))
        else:
            named = _line_of(key) if kind == "yaml" and key else None
            searches += [_marked(_from(top, each), files, lines=named) for each in texts(path or extra)]
    own = JsonVersionFile(manifest, f'"{mine}"')
    tag = _tag(package, settings, alone=not above)
    yield FormerTool("release-please", version, own, tuple(found), tuple(searches), tag=tag)


def _tag(package: Any, settings: Any, *, alone: bool) -> str | None:
    """Return release-please's tags; ``None`` for one of several packages that has its name from elsewhere."""

    def said(key: str) -> Any:
        return under(package, key) if under(package, key) != {} else under(settings, key)

    version = "{version}" if said("include-v-in-tag") is False else "v{version}"
    component, separator = under(package, "component"), text_or_none(said("tag-separator"))
    if isinstance(component, str) and said("include-component-in-tag") is not False:
        return f"{component}{separator or '-'}{version}"
    return version if alone or said("include-component-in-tag") is False else None


def _marked(path: PurePosixPath, files: Files, *, lines: str | None) -> Search:
    """Return the search of a file in which release-please changes what comments of its own mark, else *lines*."""
    found: list[str] = []
    inside = False
    for line in decoded(files.get(path, b"")).splitlines():
        inside = (inside or "x-release-please-start-" in line) and "x-release-please-end" not in line
        if inside or _MARKED.search(line):
            found.append(re.escape(line))
    return Search(str(path), lines="|".join(found) or lines)


def _line_of(key: str) -> str:
    """Return what finds the line of a YAML key, by its last part."""
    return rf"""^[\s-]*["']?{re.escape(key.rpartition(".")[2])}["']?\s*:"""


def _named(versions: Any, folder: str, depth: int) -> str:
    """Return the key of a manifest that means a package *depth* folders below it, in *folder*."""
    keys = [key for key in versions if PurePosixPath(key).name == folder] if isinstance(versions, dict) else []
    return next((key for key in keys if len(PurePosixPath(key).parts) == depth), "")


def _from(top: PurePosixPath, path: str) -> PurePosixPath:
    """Return a path of release-please's: those that begin with a slash begin at the repository's top."""
    return top / path.lstrip("/") if path.startswith("/") else PurePosixPath(path)
