"""Every key of ``[tool.releasegate]``, as data: the parser reads by it, and the reference is written from it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from releasegate.core.config.messages import typed
from releasegate.core.config.model import (
    Ci,
    Companion,
    EndToEndCommand,
    Exemption,
    ForgeConfig,
    IndexConfig,
    Install,
    LockVersionFile,
    Package,
    PythonVersionFile,
    Service,
    Settings,
    TomlVersionFile,
    Wheel,
)
from releasegate.core.config.reader import Key, Site, Table, ValueKind, a_table, list_of, named, read_table, rows
from releasegate.core.config.stack import ImageNames, Stack
from releasegate.core.config.values import (
    ADDRESS,
    AMOUNT,
    ATTRIBUTE,
    BRANCH,
    CHOSEN_PATHS,
    CHOSEN_SERVICES,
    COMMAND,
    COMMANDS,
    ENVIRONMENT,
    EXTRAS,
    FILE,
    FLAG,
    FOLDER,
    FOLDERS,
    FORGE_KIND,
    GLOB,
    GLOBS,
    IMAGE,
    INDEX,
    MODULE,
    NAME,
    NETBOXES,
    PREFIX,
    PYTHONS,
    RANGE,
    READY,
    REASON,
    REMOTE,
    REPOSITORY,
    REQUIREMENT,
    REQUIREMENTS,
    RUNNER,
    SECONDS,
    SERVICE_COMMAND,
    SOURCES,
    TOML_KEY,
    USERNAME,
    VARIABLE,
    VARIABLES,
    VERSION,
    VERSIONS,
)

VERSION_FILES = (
    Table(
        "version-files: a key of a TOML file",
        TomlVersionFile,
        'For example `{ toml = "pyproject.toml", key = "project.version" }`.',
        (
            Key("toml", FILE, "the file", field="path"),
            Key("key", TOML_KEY, "the dotted key whose string is the version"),
        ),
    ),
    Table(
        "version-files: an assignment in a Python file",
        PythonVersionFile,
        'For example `{ python = "pkg/__init__.py", attribute = "Config.version" }`.',
        (
            Key("python", FILE, "the file", field="path"),
            Key("attribute", ATTRIBUTE, "the module's name or class attribute that is assigned the version"),
        ),
    ),
    Table(
        "version-files: the package's own entry in a lock file",
        LockVersionFile,
        'For example `{ lock = "uv.lock" }`.',
        (Key("lock", FILE, "the `uv.lock`", field="path"),),
    ),
)


def _read_version_file(value: Any, site: Site) -> Any:
    typed(value, dict, instead='e.g. { toml = "pyproject.toml", key = "project.version" }')
    chosen = [table for table in VERSION_FILES if table.keys[0].name in value]
    if len(chosen) != 1:
        raise ValueError("is not one version file; write one of the keys toml, python and lock, and what belongs to it")
    return read_table(chosen[0], value, site)


VERSION_FILE = ValueKind("a version file", _read_version_file)

EXEMPTION = Table(
    "exemptions",
    Exemption,
    "What a gate leaves out, where a key takes exemptions.",
    (Key("pattern", GLOB, "what is left out"), Key("reason", REASON, "why, for those who read it later")),
)
EXEMPTIONS = list_of(a_table(EXEMPTION), "a list of exemptions: { pattern, reason }")

COMPANION = Table(
    "[tool.releasegate.packages.companion]",
    Companion,
    "The package that this one calls at run time.",
    (
        Key("name", NAME, "a package that is configured before this one"),
        Key("default", VERSION, "the version used where neither a person nor a variable names one"),
        Key("requires", RANGE, "the companion's versions that this package works with"),
    ),
)
SERVICE = Table(
    "[tool.releasegate.packages.service]",
    Service,
    "How the package is started as a process.",
    (
        Key("command", SERVICE_COMMAND, "the command; `{host}` and `{port}` are replaced by what to listen on"),
        Key("ready", READY, "the path that answers once the service is up"),
        Key("environment", VARIABLES, "what it is told; `{secret}` is made anew for a run, `{data}` a folder to keep"),
    ),
)
END_TO_END = Table(
    "[tool.releasegate.packages.end-to-end]",
    EndToEndCommand,
    "What judges the package running with its companion.",
    (
        Key("command", COMMAND, "the command, run from the repository at the released commit"),
        Key("timeout", SECONDS, "when the command is given up"),
    ),
)
FORGE = Table(
    "[tool.releasegate.packages.forge]",
    ForgeConfig,
    "Where the package's releases are published.",
    (
        Key("kind", FORGE_KIND, "`github` or `gitea`"),
        Key("repository", REPOSITORY, "the repository there, `owner/name`"),
        Key("address", ADDRESS, "the forge's web address; the public GitHub, if left out"),
        Key("token-env", VARIABLE, "the environment variable that holds the forge's token"),
        Key("immutable", FLAG, "whether a published release can never change again"),
    ),
)
WHEEL = Table(
    "[tool.releasegate.packages.wheel]",
    Wheel,
    "What the wheel must hold.",
    (
        Key("data", GLOBS, "tracked files that must be in the wheel"),
        Key("references", FOLDERS, "folders of the wheel whose files the code names by path"),
        Key("frozen", GLOBS, "files that never change once they are published (migrations)"),
        Key("generated", EXEMPTIONS, "members of the wheel that Git does not track"),
        Key("omitted", EXEMPTIONS, "tracked files of the package that stay out of the wheel"),
    ),
)
INSTALL = Table(
    "[tool.releasegate.packages.install]",
    Install,
    "What is tried on the installed package.",
    (
        Key("extras", EXTRAS, "extras that are installed with the package"),
        Key("requirements", REQUIREMENTS, "what is installed beside the package"),
        Key("smoke", COMMANDS, "the package's own commands; each must exit with 0"),
        Key("not-imported", EXEMPTIONS, "modules that are not imported"),
        Key("scripts-not-run", EXEMPTIONS, "console scripts that are not asked for `--help`"),
    ),
)
PACKAGE = Table(
    "[[tool.releasegate.packages]]",
    Package,
    "One package; they are listed in release order, companions first.",
    (
        Key("name", NAME, "the package's name"),
        Key("path", FOLDER, "its repository's folder, seen from this file", absent=PurePosixPath()),
        Key(
            "version-files",
            list_of(VERSION_FILE, "a list of version files", least=1),
            "every file that states the version",
        ),
        Key("pythons", PYTHONS, "the Python versions that it supports"),
        Key("branch", BRANCH, "the branch that releases are cut from"),
        Key("remote", REMOTE, "the Git remote that tags are pushed to"),
        Key("tag-prefix", PREFIX, "what stands before the version in a tag"),
        Key("companion", a_table(COMPANION), "the package that it calls at run time"),
        Key("service", a_table(SERVICE), "how it is started"),
        Key("end-to-end", a_table(END_TO_END), "what judges it with its companion"),
        Key("forge", a_table(FORGE), "where its releases are published"),
        Key("wheel", a_table(WHEEL), "what its wheel must hold"),
        Key("install", a_table(INSTALL), "what is tried on it once installed"),
    ),
)
INDEX_TABLE = Table(
    "[tool.releasegate.indexes.NAME]",
    IndexConfig,
    "A package index. `testpypi` and `pypi` are always there, with the variables `TESTPYPI_TOKEN` and `PYPI_TOKEN`.",
    (
        Key("upload", ADDRESS, "where files are uploaded to; both addresses, or neither for an alias"),
        Key("simple", ADDRESS, "where files are listed"),
        Key("token-env", VARIABLE, "the environment variable that holds the token"),
        Key("username", USERNAME, "the user to upload as"),
        Key("keyring", FLAG, "whether the token may come from the keyring"),
    ),
)
IMAGES = Table(
    "[tool.releasegate.stack.images]",
    ImageNames,
    "The images that are pulled. `RELEASEGATE_POSTGRES_IMAGE` and so on replace one for a machine.",
    (
        Key("postgres", IMAGE, "the database"),
        Key("redis", IMAGE, "the queue and the cache"),
        Key("netbox", IMAGE, "NetBox as an image; `{netbox}` is its version"),
        Key("python", IMAGE, "what all else is installed into; `{python}` is the minor version"),
    ),
)
STACK = Table(
    "[tool.releasegate.stack]",
    Stack,
    "The containers in which a NetBox plugin and its backend run together, and the matrix of their cells.",
    (
        Key("plugin", NAME, "the package that is the NetBox plugin"),
        Key("module", MODULE, "the plugin's module, as NetBox's `PLUGINS` names it"),
        Key("backend", NAME, "the package that is its backend; its `service` says how it is started"),
        Key("mock", REQUIREMENT, "the requirement that installs the Proxmox mock"),
        Key("netbox", NETBOXES, "the NetBoxes to run on, from PyPI (4.7.0 and later) or as images"),
        Key("pythons", PYTHONS, "the Pythons of the images that are made here"),
        Key("sources", SOURCES, "where the plugin comes from, where no command says it"),
        Key("paths", CHOSEN_PATHS, "`fresh` is an empty database, `upgrade` one that a final made and filled"),
        Key("upgrade-from", VERSIONS, "the plugin's versions to upgrade from; the newest final, if left out"),
        Key("services", CHOSEN_SERVICES, "the Proxmox services that the mock plays"),
        Key("checks", COMMANDS, "the project's own checks; they get the stack's addresses as variables"),
        Key("images", a_table(IMAGES), "the images that are pulled"),
        Key("memory", AMOUNT, "GiB for all cells that run side by side; 0 for all that the engine has"),
        Key("cpus", AMOUNT, "CPUs for all cells that run side by side; 0 for all that the engine has"),
        Key("cache", AMOUNT, "GiB of images, and again of databases, that are kept between runs"),
    ),
)
CI = Table(
    "[tool.releasegate.ci]",
    Ci,
    "What the workflows say that `invoke workflows` writes, and how a laptop and CI share the work.",
    (
        Key("runner", RUNNER, "the runner's label"),
        Key("setup", COMMANDS, "the commands that install releasegate on a runner"),
        Key("environment", ENVIRONMENT, "the deployment environment of the jobs that publish"),
        Key("trusted", FLAG, "whether GitHub's identity is enough for the indexes (trusted publishing), or a token"),
        Key("deadline", SECONDS, "how long a laptop waits for CI to publish"),
        Key("signed", FLAG, "whether evidence of another machine counts only with a signature that Git verifies"),
    ),
)
SETTINGS = Table(
    "[tool.releasegate]",
    Settings,
    "What holds for all packages.",
    (
        Key("packages", rows(PACKAGE), "what is released"),
        Key("indexes", named(INDEX_TABLE), "further indexes, by name", absent={}),
        Key("staging", INDEX, "the index that candidates go to"),
        Key("production", INDEX, "the index that finals go to"),
        Key("dependencies", INDEX, "the index that everything else is installed from"),
        Key("propagation", SECONDS, "how long an upload may take to become visible"),
        Key("production-without-forge", FLAG, "whether a final may go out without a forge release"),
        Key(
            "production-from-laptop",
            FLAG,
            "whether a machine that is no CI runner may upload finals where a forge could have CI do it",
        ),
        Key("ci", a_table(CI), "the workflows"),
        Key("stack", a_table(STACK), "the containers that a plugin and its backend are judged in"),
    ),
)

KEYS = (
    *(SETTINGS, PACKAGE, *VERSION_FILES, COMPANION, SERVICE, END_TO_END, FORGE, WHEEL, INSTALL, EXEMPTION),
    *(INDEX_TABLE, CI, STACK, IMAGES),
)
