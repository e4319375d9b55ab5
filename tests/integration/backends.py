"""Small projects, one for each build backend and way to state a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from releasegate.core.config.version_file_types import PythonVersionFile, TomlVersionFile, VersionFile

PYPROJECT, INIT = PurePosixPath("pyproject.toml"), PurePosixPath("src/quay_lamp/__init__.py")
STATIC: tuple[VersionFile, ...] = (TomlVersionFile(PYPROJECT, "project.version"),)
DYNAMIC: tuple[VersionFile, ...] = (PythonVersionFile(INIT, "__version__"),)
# Git's tags state the version, and a file that the build does not read.
TAGGED: tuple[VersionFile, ...] = (TomlVersionFile(PurePosixPath("release.toml"), "version"),)

SEEN = PurePosixPath("src/quay_lamp/_version.py")


@dataclass(frozen=True)
class Backend:
    """How a project is built: what it requires, where its version stands, and its settings.

    ``shows`` are files in which the version's text stands although Git does not hold them so.
    """

    requires: str
    module: str
    version_files: tuple[VersionFile, ...] = STATIC
    settings: str = ""
    shows: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    def files(self, version: str) -> dict[str, str]:
        """Return the project's files."""
        requires = ", ".join(f'"{each}"' for each in self.requires.split())
        stated = f'version = "{version}"' if self.version_files == STATIC else 'dynamic = ["version"]'
        if "flit" in self.module:
            stated = 'dynamic = ["version"]'
        pyproject = f"""
[build-system]
requires = [{requires}]
build-backend = "{self.module}"

[project]
name = "quay-lamp"
{stated}
description = "A lamp"
readme = "README.md"
requires-python = ">=3.11"
{self.settings}"""
        own = f'"""Lamp."""\n\n__version__ = "{version}"\n' if self.version_files == DYNAMIC else '"""Lamp."""\n'
        tagged = {"release.toml": f'version = "{version}"\n'} if self.version_files == TAGGED else {}
        ignored = {".gitignore": "_version.py\n"}
        return {"pyproject.toml": pyproject, "README.md": "# Lamp\n", str(INIT): own, **tagged, **ignored, **self.more}


BACKENDS = {
    "hatchling": Backend("hatchling", "hatchling.build"),
    "hatchling hook": Backend(
        "hatchling",
        "hatchling.build",
        settings='[tool.hatch.build.hooks.version]\npath = "src/quay_lamp/_version.py"\n'
        '[tool.hatch.version]\nsource = "code"\npath = "version.py"\n',
        version_files=(PythonVersionFile(PurePosixPath("version.py"), "__version__"),),
        more={"version.py": '__version__ = "0.4.1rc1"\n'},
        shows=("wheel: quay_lamp/_version.py", "sdist: src/quay_lamp/_version.py"),
    ),
    "hatch-vcs": Backend(
        "hatchling hatch-vcs",
        "hatchling.build",
        settings='[tool.hatch.version]\nsource = "vcs"\n[tool.hatch.build.hooks.vcs]\n'
        'version-file = "src/quay_lamp/_version.py"\n',
        version_files=TAGGED,
        shows=("wheel: quay_lamp/_version.py", "sdist: src/quay_lamp/_version.py"),
    ),
    "setuptools": Backend("setuptools", "setuptools.build_meta"),
    "setuptools attr": Backend(
        "setuptools",
        "setuptools.build_meta",
        settings='[tool.setuptools.dynamic]\nversion = { attr = "quay_lamp.__version__" }\n',
        version_files=DYNAMIC,
    ),
    "setuptools-scm": Backend(
        "setuptools setuptools-scm",
        "setuptools.build_meta",
        settings='[tool.setuptools_scm]\nversion_file = "src/quay_lamp/_version.py"\n',
        version_files=TAGGED,
        shows=("wheel: quay_lamp/_version.py", "sdist: src/quay_lamp/_version.py"),
    ),
    "flit": Backend("flit_core", "flit_core.buildapi", version_files=DYNAMIC),
    "poetry-core": Backend("poetry-core", "poetry.core.masonry.api"),
    "pdm": Backend("pdm-backend", "pdm.backend"),
    "pdm dynamic": Backend(
        "pdm-backend",
        "pdm.backend",
        settings='[tool.pdm.version]\nsource = "file"\npath = "src/quay_lamp/__init__.py"\n',
        version_files=DYNAMIC,
        shows=("sdist: pyproject.toml",),
    ),
    "pdm scm": Backend(
        "pdm-backend",
        "pdm.backend",
        settings='[tool.pdm.version]\nsource = "scm"\nwrite_to = "quay_lamp/_version.py"\n'
        "write_template = \"__version__ = '{}'\\n\"\n",
        version_files=TAGGED,
        shows=("wheel: quay_lamp/_version.py", "sdist: pyproject.toml"),
    ),
    "versioningit": Backend(
        "setuptools versioningit",
        "setuptools.build_meta",
        settings='[tool.versioningit.write]\nfile = "src/quay_lamp/_version.py"\n',
        version_files=TAGGED,
        shows=("wheel: quay_lamp/_version.py",),
    ),
    "flit-scm": Backend(
        "flit_scm",
        "flit_scm:buildapi",
        settings='[tool.setuptools_scm]\nwrite_to = "src/quay_lamp/_version.py"\n',
        version_files=TAGGED,
        more={str(INIT): '"""Lamp."""\n\nfrom ._version import version as __version__\n'},
        shows=("wheel: quay_lamp/_version.py",),
    ),
    "poetry-dynamic-versioning": Backend(
        "poetry-core poetry-dynamic-versioning",
        "poetry_dynamic_versioning.backend",
        settings="[tool.poetry]\nversion = '0.0.0'\n[tool.poetry-dynamic-versioning]\nenable = true\n",
        version_files=TAGGED,
        shows=("sdist: pyproject.toml",),
    ),
    "uv-dynamic-versioning": Backend(
        "hatchling uv-dynamic-versioning",
        "hatchling.build",
        settings='[tool.hatch.version]\nsource = "uv-dynamic-versioning"\n',
        version_files=TAGGED,
    ),
    "setuptools-git-versioning": Backend(
        "setuptools setuptools-git-versioning",
        "setuptools.build_meta",
        settings="[tool.setuptools-git-versioning]\nenabled = true\n",
        version_files=TAGGED,
        more={".gitignore": "*.egg-info/\nbuild/\n"},  # to it, what Git does not ignore is a changed tree
    ),
    "uv_build": Backend("uv_build>=0.9,<1", "uv_build", shows=("sdist: pyproject.toml.orig",)),
    "old uv_build": Backend("uv_build>=0.8.24,<0.9", "uv_build"),
}
