"""The parts of a kit, the folder of a stack: what its ``stack.toml`` says of dimensions, images, services and checks.

``{name}`` in a text is replaced: by a dimension's value in the cell, by ``{python}``, and where it is told so by what
the Compose file is given.
"""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from releasegate.core.config import strings as checks
from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import (
    CanonicalVersion,
    Flag,
    Globs,
    Port,
    ServiceCommand,
    Texts,
    UrlPath,
    Values,
    Variable,
    Variables,
    by_name,
    list_of,
    text,
)

BEGINS = ("ground", "beside", "serves", "after")

PartName = Annotated[str, text("a name", checks.part_name)]
Role = Annotated[str, text("the role of a package", checks.part_name)]
Words = Annotated[str, text("a text", checks.plain)]
Lines = Annotated[Texts, list_of(text("a line", checks.plain), "a list of lines")]
Names = Annotated[Texts, list_of(text("a name", checks.part_name), "a list of names")]
Begins = Annotated[Literal["ground", "beside", "serves", "after"], text("when it begins", checks.one_of(BEGINS))]
Scheme = Annotated[Literal["http", "https", "tcp"], text("http, https or tcp", checks.one_of(("http", "https", "tcp")))]
TextsByName = Annotated[Mapping[str, str], by_name(Words, "a table of texts")]


@table("[[dimensions.values]]")
@dataclass(frozen=True)
class DimensionValue:
    """A value that a dimension may have, where there are so many and no more."""

    name: Annotated[Words, Key("the value, as a person writes it")]
    variables: Annotated[Variables, Key("what the Compose file is given where it is chosen")] = field(
        default_factory=dict
    )


@table("[[dimensions.origins]]")
@dataclass(frozen=True)
class VersionOrigin:
    """Where a version comes from, for a dimension whose values are versions: `ORIGIN:X.Y.Z`."""

    name: Annotated[PartName, Key("what stands before the colon")]
    since: Annotated[
        CanonicalVersion | None,
        Key("the first version that is there; the first origin that has a version is meant where none is written"),
    ] = None


OriginList = Annotated[tuple[VersionOrigin, ...], list_of(VersionOrigin, "a list of origins: { name, since }")]
ValueList = Annotated[tuple[DimensionValue, ...], list_of(DimensionValue, "a list of values: { name, variables }")]


@table("[[dimensions]]")
@dataclass(frozen=True)
class Dimension:
    """A dimension of the matrix besides source, Python and path; it is an option of `nox -s e2e`, too.

    It has `values`, or `origins` of versions.
    """

    name: Annotated[PartName, Key("its name, and that of the option: `--NAME`")]
    meaning: Annotated[Words, Key("what a value is, in the option's words")]
    title: Annotated[Words, Key("what stands before the value where it is the ground that all run on")] = ""
    values: Annotated[ValueList, Key("all values that there are")] = ()
    origins: Annotated[OriginList, Key("where its versions come from")] = ()
    project: Annotated[Words, Key("the project on the index of the dependencies whose versions they are")] = ""
    default: Annotated[Values, Key("the values to run, where a project names none; without any it must")] = ()
    spread: Annotated[
        Flag, Key("whether each value but the first is run in one cell of the matrix, where none is asked for by hand")
    ] = False


@table("[[routes]]")
@dataclass(frozen=True)
class KitRoutes:
    """Where the code of a role's packages declares what it answers: what the others name of it must be there."""

    role: Annotated[PartName, Key("the role whose packages answer")]
    prefix: Annotated[Words, Key("what stands before each of the routes; `{base}` is what `base` says")] = ""
    base: Annotated[
        Words, Key("the attribute of the host's class that says it; the package's folder, if it does not")
    ] = ""
    module: Annotated[
        Words, Key("the module of Django's paths, below the package; decorators and routers anywhere, if left out")
    ] = ""

    @property
    def name(self) -> str:
        """What stands in for it in a stack that builds on this one."""
        return self.role


@table("[images.serve]")
@dataclass(frozen=True)
class Serve:
    """How the `run.py` of the folder `server` serves.

    In the command and its environment `{host}`, `{port}`, `{data}`, `{secret}`, `{certificate}`, `{key}` and
    `{env:NAME}` are replaced.
    """

    port: Annotated[Port, Key("the port inside of the stack")]
    command: Annotated[ServiceCommand | None, Key("the command; that of the package's `service`, if left out")] = None
    environment: Annotated[Variables, Key("what the command is told")] = field(default_factory=dict)
    ready: Annotated[UrlPath, Key("the path that answers once it is up, of a command that stands here")] = "/"
    tls: Annotated[Flag, Key("whether it serves with a certificate of its own")] = False


@table("[[images]]")
@dataclass(frozen=True)
class KitImage:
    """An image: pulled by its name, or made from another one.

    Two of one name stand in for each other: the first whose `when` fits the cell is taken.
    """

    name: Annotated[PartName, Key("its name; the Compose file reads it as `NAME_IMAGE`")]
    title: Annotated[Words, Key("what people call it")] = ""
    when: Annotated[TextsByName, Key("values, or origins of versions, by dimension: the cells that it is for")] = field(
        default_factory=dict
    )
    pull: Annotated[Words, Key("the name that it is pulled by")] = ""
    base: Annotated[Words, Key("the image of this kit that it is made from")] = ""
    packages: Annotated[Words, Key("the role whose packages are installed, each from the file under test")] = ""
    requirements: Annotated[
        Lines, Key("what is installed besides, from the default index; `{NAME}` is the value of a dimension")
    ] = ()
    system: Annotated[Names, Key("Debian packages that are installed before")] = ()
    venv: Annotated[Words, Key("the virtual environment in it")] = "/opt/server"
    trees: Annotated[Lines, Key("folders in it, besides the environment's, that hold the database's files")] = ()
    files: Annotated[Names, Key("folders below `images/` whose files lie beside it in `/opt/releasegate`")] = ()
    places: Annotated[TextsByName, Key("where a file is copied to from there")] = field(default_factory=dict)
    serve: Annotated[Serve | None, Key("how it serves, with `run.py` of the folder `server`")] = None


@table("[[services]]")
@dataclass(frozen=True)
class KitService:
    """A service of the Compose file, by when it begins.

    `ground` is waited for before all else; `beside` begins with it and is not waited for; `serves` is the one that
    migrates the database when it starts; `after` begins once that is done.
    """

    name: Annotated[PartName, Key("its name in the Compose file")]
    image: Annotated[PartName, Key("the image that it runs")]
    begins: Annotated[Begins, Key("`ground`, `beside`, `serves` or `after`")] = "after"
    awaited: Annotated[Flag, Key("whether the checks wait until it is healthy")] = True
    tells: Annotated[
        Flag,
        Key("whether it prints what the checks are to know: a line of JSON behind `RELEASEGATE-FACTS `, once it is up"),
    ] = False


@table("[database]")
@dataclass(frozen=True)
class KitDatabase:
    """The PostgreSQL database whose migrated state is kept between runs."""

    service: Annotated[PartName, Key("the service that it is in; its image is part of what it is known by")]
    name: Annotated[Words, Key("the database")]
    user: Annotated[Words, Key("its owner")]
    files: Annotated[Globs, Key("the files whose content makes it what it is")] = ("**/migrations/*.py",)
    image: Annotated[Words, Key("the image that holds them all")] = ""
    alone_image: Annotated[Words, Key("the image of the host alone, whose database is kept, too")] = ""
    alone: Annotated[Lines, Key("what the serving service runs to make the database of the host alone")] = ()
    not_kept: Annotated[Names, Key("tables whose rows are not kept: they belong to a run")] = ()


@table("[[addresses]]")
@dataclass(frozen=True)
class KitAddress:
    """An address that the checks are told."""

    variable: Annotated[Variable, Key("the environment variable")]
    service: Annotated[PartName, Key("the service")]
    port: Annotated[Port, Key("its port, which the Compose file publishes")]
    scheme: Annotated[Scheme, Key("how it is spoken to")] = "http"
    when: Annotated[TextsByName, Key("the cells that it is for, as of an image")] = field(default_factory=dict)
