"""What cannot be adopted, said with its name: wheels of one platform each, versions that no version file can state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from releasegate.core.adopt.claims.claim import Files, decoded, texts, under
from releasegate.core.adopt.code import CFG, SETUP, setup_call, setup_cfg
from releasegate.core.errors import ConfigurationError

_NATIVE = (
    "maturin",
    "mesonpy",
    "scikit_build_core",
    "skbuild",
    "py_build_cmake",
    "sipbuild",
    "enscons",
    "setuptools_rust",
)
_EXTENSIONS = ("ext_modules", "cffi_modules", "rust_extensions", "cmake_source_dir", "cmake_extensions", "ext_package")
# What makes a wheel one of a platform without a compiler of setuptools': a library that is carried along, say.
_PLATFORM_KEYS = ("plat_name", "plat-name", "py_limited_api")
_PLATFORM_WORDS = ("has_ext_modules", "root_is_pure")
# What hatchling's hook says of a wheel that is not for all: https://hatch.pypa.io/latest/plugins/builder/wheel/
_IMPURE = re.compile(r"""pure_python["']\]?\s*[=:]\s*False|infer_tag["']\]?\s*[=:]\s*True""")
_COMPILING_HOOKS = ("mypyc", "cython", "cmake", "zig", "rust", "autorun-ext")


def refusal(project: Mapping[str, Any], files: Files) -> ConfigurationError | None:
    """Return why the package cannot be adopted, with what to do; ``None`` where nothing speaks against it."""
    native = _native(project, files)
    if native is not None:
        return ConfigurationError(
            f"The package is built for each platform ({native}), and one wheel for all is what is released here.",
            hint="Release it with cibuildwheel and the index's own trusted publisher; this is told in the README",
        )
    if under(project, "tool", "poetry", "package-mode") is False:
        return ConfigurationError(
            "tool.poetry.package-mode is false: the project builds no package.",
            hint="Take package-mode out of [tool.poetry] where it is to be released",
        )
    # https://docs.openstack.org/pbr/latest/user/semver.html
    if "pbr" in setup_call(files) or "pbr" in str(under(project, "build-system", "build-backend")):
        return ConfigurationError(
            "pbr takes the version from Git's tags and spells a candidate in a form of its own (1.2.0.0rc1).",
            hint="Build with setuptools-scm, or write the version down",
        )
    computed = _computed(project)
    return (
        None
        if computed is None
        else ConfigurationError(
            f"The version is computed by {computed}, so no file states it.",
            hint='Write it down, e.g. version = "1.2.3" in [project]',
        )
    )


def not_found(files: Files, unread: Sequence[str]) -> ConfigurationError:
    """Return the error for a version that was found nowhere; *unread* says why not where the build reads it."""
    if SETUP in files or CFG in files:
        return ConfigurationError(
            "The version that setup.py or setup.cfg has stands nowhere as one plain text.",
            hint='Write it as __version__ = "1.2.3" in the package, or as version = "1.2.3" in [project]',
        )
    if unread:
        spelled = unread[0].endswith("which is not a version by PEP 440.")
        plain = 'Write it there as one text: __version__ = "1.2.3"'
        return ConfigurationError(
            unread[0], hint="Write one that is: 1.2.3, or 1.2.3.dev0 on the way there" if spelled else plain
        )
    return ConfigurationError(
        "No file states the version.", hint='Write version = "1.2.3" into [project] of pyproject.toml'
    )


def _native(project: Mapping[str, Any], files: Files) -> str | None:
    """Return what makes the package's wheels those of one platform, or ``None``."""
    backend = str(under(project, "build-system", "build-backend"))
    requires = [re.split(r"[\s<>=!~\[;(]", each)[0] for each in texts(under(project, "build-system", "requires"))]
    named = [name for name in _NATIVE if backend.partition(".")[0] == name]
    named += [name for name in ("setuptools-rust", "scikit-build", "cmake-build-extension") if name in requires]
    named += ["cibuildwheel"] if under(project, "tool", "cibuildwheel") else []
    called = setup_call(files)
    named += [f"{name} in setup.py" for name in _EXTENSIONS if name in called]
    named += [f"{key} in setup.cfg" for key in _PLATFORM_KEYS if key in setup_cfg(files, "bdist_wheel")]
    named += [f"{word} in setup.py" for word in _PLATFORM_WORDS if word in decoded(files.get(SETUP, b""))]
    named += ["tool.setuptools.ext-modules"] if under(project, "tool", "setuptools", "ext-modules") else []
    for hooks in (under(project, "tool", "hatch", "build", "hooks"), _wheel_hooks(project)):
        for hook in hooks if isinstance(hooks, dict) else ():
            named += [f"hatch's build hook {hook}"] if hook.lower().startswith(_COMPILING_HOOKS) else []
    named += (
        ["tool.pdm.build.run-setuptools"] if under(project, "tool", "pdm", "build", "run-setuptools") is True else []
    )
    script = under(project, "tool", "poetry", "build")
    # With a script poetry-core tags its wheel for this platform, whatever the script does.
    made = backend.startswith("poetry") and (isinstance(script, str) or under(script, "script"))
    named += ["tool.poetry.build"] if made or _compiles(_read(files, script)) else []
    named += ["hatch's build hook custom"] if _IMPURE.search(_read(files, _custom_hook(project))) else []
    return ", ".join(dict.fromkeys(named)) or None


def _wheel_hooks(project: Mapping[str, Any]) -> Any:
    return under(project, "tool", "hatch", "build", "targets", "wheel", "hooks")


def _custom_hook(project: Mapping[str, Any]) -> str:
    """Return the file of hatchling's custom hook, which is ``hatch_build.py`` where nothing else is said."""
    for hooks in (under(project, "tool", "hatch", "build", "hooks"), _wheel_hooks(project)):
        if isinstance(hooks, dict) and "custom" in hooks:
            return str(under(hooks["custom"], "path") or "hatch_build.py")
    return ""


def _compiles(script: str) -> bool:
    return "Extension(" in script or "cython" in script


def _read(files: Files, script: Any) -> str:
    name = script if isinstance(script, str) else under(script, "script")
    return next((decoded(content) for path, content in files.items() if str(path) == name), "")


def _computed(project: Mapping[str, Any]) -> str | None:
    """Return what computes the version when the package is built, or ``None`` where a file may state it."""
    if isinstance(under(project, "project", "version"), str):
        return None
    if under(project, "tool", "hatch", "version", "source") == "env":
        return "hatch's environment variable"
    if under(project, "tool", "pdm", "version", "source") == "call":
        return "a function that pdm calls"
    if under(project, "tool", "incremental", "name"):
        return "incremental, from numbers that stand apart"
    return None
