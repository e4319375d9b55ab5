"""The version files that a repository usually has beside its code: citation, documents, charts, manifests, locks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.core.adopt.claims.claim import (
    Claim,
    Files,
    Rank,
    decoded,
    fits_once,
    placeholder,
    same,
    spelling_of,
    text_around,
    text_file,
    under,
)
from releasegate.core.adopt.code import assigned
from releasegate.core.config.version_file_types import (
    IniVersionFile,
    JsonVersionFile,
    LockVersionFile,
    PythonVersionFile,
    TomlVersionFile,
    VersionFile,
)
from releasegate.core.errors import ReleasegateError
from releasegate.core.release.versions import parse_version
from releasegate.core.toml.lines import join_key, read_toml
from releasegate.core.version_files.ini import keys_of
from releasegate.core.version_files.kind import Spelling, short
from releasegate.core.version_files.leftovers import lines_with

LOCKS = ("uv.lock", "pylock.toml", "pixi.lock")
_PYLOCK = re.compile(r"pylock\.[^.]+\.toml")
_SEMVER = frozenset({"package.json", "package-lock.json", "Cargo.toml", "Chart.yaml", "composer.json", "galaxy.yml"})
_ASKED = frozenset({"package.json", "package-lock.json", "composer.json", "codemeta.json", ".zenodo.json"})
_PLAIN = frozenset({"VERSION", "VERSION.txt", "version.txt", ".version"})
_CONFIGURED = frozenset({".yaml", ".yml", ".cff", ".properties", ".mk", ".nix", ".spec", ".sh"})
_NAMED = ("CMakeLists.txt", "Dockerfile", "Containerfile", "Makefile", "PKGBUILD", "meson.build", "meta.yaml")
_ELSEWHERE = frozenset(
    [
        *("test", "tests", "testing", "fixtures", "examples", "example", "vendor", "_vendor", "third_party"),
        *("node_modules", "site-packages", "dist", "build", "benchmarks"),
    ]
)
_KEYS = frozenset({"version", "current_version", "appversion", "app_version", "softwareversion", "projectversion"})
_KEYED = re.compile(
    r"""(?:^|[\s"'{,<.])(?:(?:app|software|project|current|image)?[._-]?version|release|pkgver)["']?\s*[:=]{1,2}\s*["']?v?$""",
    re.IGNORECASE,
)
_VERSION_KEY = re.compile(rb'"(?:v|softwareV)ersion"')
_OF_CMAKE = re.compile(r"\bproject\s*\([^)]*\bVERSION\s+$", re.IGNORECASE)
_IMAGE_TAG = re.compile(r"""^\s*(?:image[._-]?)?tag\s*:\s*["']?v?$""", re.IGNORECASE)
# Tables of pyproject.toml in which a tool has what it packages by its own version, or by that of [project].
_ABOUT_THE_PROJECT = re.compile(r"tool\.(?:briefcase\.(?:app\.)?|pixi\.(?:workspace|project|package)\.)")
_OF_PROJECTS = frozenset({("project", "version"), ("tool", "poetry", "version")})
_STARTED = re.compile(r"""^(appVersion\s*:\s*["']?v?)([0-9][^"'\s#]*)""", re.MULTILINE)
_CITED = re.compile(r"""^version\s*:\s*["']?v?([0-9][^"'\s#]*)""", re.MULTILINE)


def claims(files: Files, version: str, *, name: str) -> Iterator[Claim]:
    """Yield what states *version* beside the code of package *name*, and what usually does and states another."""
    for path in sorted(files, key=lambda p: (len(p.parts), p)):
        if is_followed(path):
            yield Claim(LockVersionFile(path), "usual")
        elif ".." not in path.parts and not _aside(path):
            yield from _in_file(path, files[path], version, name)


def is_followed(path: PurePosixPath) -> bool:
    """Whether a lock has an entry of the package's own, which a bump follows."""
    return path.name in LOCKS or _PYLOCK.fullmatch(path.name) is not None


def _aside(path: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") for part in path.parts[:-1])
    return hidden or not _ELSEWHERE.isdisjoint(path.parts[:-1]) or path.name.endswith((".lock", "-lock.yaml"))


def _in_file(path: PurePosixPath, content: bytes, version: str, name: str) -> Iterator[Claim]:
    spelling: Spelling = "semver" if path.name in _SEMVER and version.count(".") >= len("..") else "pep440"
    if path.name == "CITATION.cff":
        yield from (Claim(each, "usual") for each in _cited(path, content))
    elif path.name == "conf.py" and path.parts[0] in {"docs", "doc", "documentation"}:
        yield from (Claim(each, "usual") for each in _documented(path, content, version))
    elif path.name in _PLAIN and len(path.parts) - (path.parts[0] == "src") <= len(("pkg", "VERSION")):
        mark = "v" if decoded(content).lstrip("\ufeff \t\r\n").startswith("v") else ""
        made = text_file(path, f"{mark}{{version}}")
        yield from [Claim(made, "like")] if made is not None else []
    elif path.suffix == ".json":
        yield from _in_json(path, content, spelling, name)
    elif path.name == "Chart.yaml":
        yield from _in_chart(path, content, version, name)
    elif path.suffix == ".toml":
        yield from _in_toml(path, content, version, spelling, name)
    elif path.suffix in {".cfg", ".ini"}:
        found = (key for key in keys_of(content) if key.rpartition(".")[2].lower() in _KEYS)
        yield from (Claim(IniVersionFile(path, key), "value") for key in found)
    elif path.suffix in _CONFIGURED or path.name.startswith(_NAMED):
        yield from (Claim(each, "value") for each in _keyed(path, content, version, spelling, name=name))
    if path.name == "Cargo.toml":
        yield from _crate(path, content, version, name)


def _cited(path: PurePosixPath, content: bytes) -> Iterator[VersionFile]:
    """Yield the version of a citation: https://github.com/citation-file-format/citation-file-format."""
    citation = decoded(content)
    match = _CITED.search(citation)
    if match is not None:
        around = citation[match.start() : match.start(1)]
        quote = around[-1] if around[-1] in "\"'" else ""
        # The works that are cited may have versions, too, further in.
        for begin in ("", "\n"):
            made = text_file(path, f"{begin}{around}{{version}}{quote}")
            if made is not None and fits_once(made, content):
                yield made
                break


def _documented(path: PurePosixPath, content: bytes, version: str) -> Iterator[VersionFile]:
    """Yield what Sphinx's configuration states: ``release`` is the whole version, ``version`` may be a short one."""
    found = assigned(content, ("release", "version"))
    for name in [each for each in ("release", "version") if each in found]:
        stated = parse_version(found[name].version)
        spelling = spelling_of(found[name].version, version)
        if spelling == "major.minor" and (name == "version" or short(str(stated)) == short(version)):
            yield PythonVersionFile(path, name, spelling)
        elif name == "release" or (stated is not None and len(stated.release) >= len(Version(version).release)):
            yield PythonVersionFile(path, name)


def _in_json(path: PurePosixPath, content: bytes, spelling: Spelling, name: str) -> Iterator[Claim]:
    """Yield the version of a JSON file; one at the top that has the package's name is about it."""
    try:
        body = json.loads(decoded(content).removeprefix("\ufeff")) if _VERSION_KEY.search(content) else None
    except (ValueError, RecursionError):
        return
    for key in ("softwareVersion", "info.version"):  # of schema.org, and of OpenAPI
        if isinstance(under(body, *key.split(".")), str):
            yield Claim(JsonVersionFile(path, key, spelling), "like" if path.name in _ASKED else "value")
    if isinstance(body, dict) and isinstance(body.get("version"), str):
        called = canonicalize_name(str(body.get("name", "")).rpartition("/")[2])
        mine = called == name  # further in, it may be about what that folder alone is built from
        none = placeholder(body["version"])
        asked = mine or (path.name in _ASKED and not none)
        usual = mine and path.name == str(path) and not none
        rank: Rank = "usual" if usual else "like" if asked else "value"
        yield Claim(JsonVersionFile(path, "version", spelling), rank)
        packages = body.get("packages")
        if isinstance(packages, dict) and "" in packages:  # npm writes it twice
            yield Claim(JsonVersionFile(path, 'packages."".version', spelling), rank)


def _in_chart(path: PurePosixPath, content: bytes, version: str, name: str) -> Iterator[Claim]:
    """Yield what a Helm chart states: its own version may be another than that of what it starts, its appVersion."""
    for each in _keyed(path, content, version, "semver", name=name):
        yield Claim(each, "value")
    match = _STARTED.search(decoded(content))
    made = text_file(path, f"{match[1]}{{version}}", spelling="pep440") if match is not None else None
    if made is not None and match is not None and not same(match[2], version):
        yield Claim(made, "like")


def _in_toml(path: PurePosixPath, content: bytes, version: str, spelling: Spelling, name: str) -> Iterator[Claim]:
    try:
        body = read_toml(decoded(content), where=str(path)).values
    except ReleasegateError:
        return
    texts = dict(_walked(body))
    for parts, value in texts.items():
        if path.name == "pyproject.toml" and parts in _OF_PROJECTS and _another(texts.get((*parts[:-1], "name")), name):
            continue
        called = canonicalize_name(texts.get((*parts[:-1], "name"), "")) == name
        named = parts[-1] == "version" and (called or _ABOUT_THE_PROJECT.match(".".join(parts)) is not None)
        if str(parts[-1]).lower() in _KEYS and (named or same(value, version)):
            key = join_key(parts)
            # Only a key that is read back as it was written can be configured.
            if "'" not in key:
                yield Claim(TomlVersionFile(path, key, spelling), "value" if same(value, version) else "like")


def _another(called: str | None, name: str) -> bool:
    """Whether a project has a name and it is not *name*: then its version is for its own release to change."""
    return called is not None and canonicalize_name(called) != name


def _walked(body: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of a table and of the tables in it, not of lists: what is in these has no key."""
    for key, value in body.items():
        if isinstance(value, dict):
            yield from _walked(value, (*above, key))
        elif isinstance(value, str):
            yield (*above, key), value


def _crate(path: PurePosixPath, content: bytes, version: str, name: str) -> Iterator[Claim]:
    """Yield a crate's version, and its own entry in the lock beside or above its Cargo.toml, which follows that."""
    try:
        package = read_toml(decoded(content), where=str(path)).values.get("package")
    except ReleasegateError:
        return
    called, states = (package.get(key) for key in ("name", "version")) if isinstance(package, dict) else (None, None)
    if not isinstance(called, str):
        return
    own = canonicalize_name(called) == name
    if isinstance(states, str):
        stating: Rank = ("like" if placeholder(states) else "usual") if own else "value"
        yield Claim(TomlVersionFile(path, "package.version", "semver"), stating)
    rank: Rank = "usual" if own or (isinstance(states, str) and same(states, version)) else "value"
    for folder in path.parents:
        yield Claim(LockVersionFile(folder / "Cargo.lock", called), rank)


def _keyed(
    path: PurePosixPath, content: bytes, version: str, spelling: Spelling, *, name: str
) -> Iterator[VersionFile]:
    """Yield the lines of a configuration file in which *version* stands behind a key of that name, or of *name*'s.

    In the values of a chart it is the tag of an image.
    """
    found = []
    own = re.compile(rf"(?<![0-9A-Za-z]){name.replace('-', '[-_.]?')}[-_.]?(?=version)", re.IGNORECASE)
    for _, line, match in lines_with(content, version):
        before = own.sub("", line[: match.start(1)])
        other = _IMAGE_TAG if path.name.startswith("values") else _OF_CMAKE
        if _KEYED.search(before) or other.search(before):
            found.append(text_around(path, line, match, spelling=spelling))
    yield from dict.fromkeys(each for each in found if each is not None)
