"""The stack of a project: the kit that its packages are judged in, what of it they run with, and what is narrowed."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated

from releasegate.core.config import strings as checks
from releasegate.core.config.exemptions import Exemptions
from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import (
    Amount,
    CanonicalVersions,
    Commands,
    Folder,
    PackageName,
    Pythons,
    Requirements,
    Texts,
    Values,
    Variables,
    by_name,
    list_of,
    text,
)
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.core.stacks.kit import Kit
    from releasegate.core.stacks.stack_keys import Dimension, KitImage

PATHS = ("fresh", "upgrade")
VARIANT = "variant"

Sources = Annotated[
    Texts, list_of(text("a source", checks.plain), "a list of sources: dist, local or an index", least=1)
]
Paths = Annotated[Texts, list_of(text("a path", checks.one_of(PATHS)), "a list of fresh and upgrade", least=1)]
ImageName = Annotated[str, text("the name of an image", checks.plain)]
RegistryName = Annotated[str, text("the name of a registry, with a path", checks.plain)]
KitName = Annotated[str, text("the name of a stack, or a folder", checks.plain)]
PackageNames = Annotated[Texts, list_of(PackageName, "a list of packages", least=1)]
Players = Annotated[Mapping[str, Texts], by_name(PackageNames, "a table of roles, each with a list of packages")]
ValuesByName = Annotated[Mapping[str, Texts], by_name(Values, "a table of dimensions, each with a list of values")]
VariablesByName = Annotated[
    Mapping[str, Mapping[str, str]], by_name(Variables, "a table of variants, each a table of variables")
]
RequirementsByName = Annotated[
    Mapping[str, Texts], by_name(Requirements, "a table of images, each with a list of requirements")
]
ImageNames = Annotated[Mapping[str, str], by_name(ImageName, "a table of images, each with the name to pull")]


def _no_kit() -> "Kit":
    """Return the kit of a stack that none was read for; few projects have a stack, and only theirs load what it is."""
    from releasegate.core.stacks.kit import NO_KIT

    return NO_KIT


@table("[tool.releasegate.stack]")
@dataclass(frozen=True)
class Stack:
    """The containers in which packages run together, made from a kit, and the matrix of their cells.

    ``kit`` is what the folder of that name says, read beside this table.
    """

    kit_name: Annotated[
        KitName,
        Key("the stack's folder: the name of one that comes with releasegate, or a path with a `/`", name="kit"),
    ]
    pythons: Annotated[Pythons, Key("the Pythons of the images that are made here")]
    packages: Annotated[
        Players, Key("which packages play which role in it; may be left out where one package plays its one role")
    ] = field(default_factory=dict)
    dimensions: Annotated[ValuesByName, Key("the values to run of each of its dimensions; its own, if left out")] = (
        field(default_factory=dict)
    )
    variants: Annotated[
        VariablesByName,
        Key("a dimension of the project's own: what the services are told, by the variant's name; each is run"),
    ] = field(default_factory=dict)
    sources: Annotated[Sources, Key("where the packages come from, where no command says it")] = ("dist",)
    paths: Annotated[Paths, Key("`fresh` is an empty stack, `upgrade` one that a final made and filled")] = PATHS
    upgrade_from: Annotated[CanonicalVersions, Key("the versions to upgrade from; the newest final, if left out")] = ()
    variables: Annotated[Variables, Key("what its services are told, in place of the stack's own words")] = field(
        default_factory=dict
    )
    requirements: Annotated[
        RequirementsByName, Key("what an image is made of besides packages, in place of the stack's own list")
    ] = field(default_factory=dict)
    images: Annotated[
        ImageNames,
        Key("images that are pulled, in place of the stack's own; `{python}` and its dimensions are replaced in them"),
    ] = field(default_factory=dict)
    suite: Annotated[Folder | None, Key("a folder of pytest checks that stands in for the stack's own suite")] = None
    left_out: Annotated[Exemptions, Key("contracts of the suite that are not judged here")] = ()
    allowed: Annotated[
        Exemptions, Key("findings of the suite that are known or meant so; `ADDRESS WORDS` as it tells them")
    ] = ()
    checks: Annotated[Commands, Key("the project's own checks; they get the stack's addresses as variables")] = ()
    memory: Annotated[Amount, Key("GiB for all cells that run side by side; 0 for all that the engine has")] = 0.0
    cpus: Annotated[Amount, Key("CPUs for all cells that run side by side; 0 for all that the engine has")] = 0.0
    registry: Annotated[
        RegistryName,
        Key(
            "a registry, with a path, that hosts' images and kept databases travel through; `RELEASEGATE_REGISTRY`, too"
        ),
    ] = ""
    cache: Annotated[Amount, Key("GiB of images, and again of databases, that are kept between runs")] = 20.0
    kit: "Kit" = field(default_factory=_no_kit, compare=False)

    @property
    def members(self) -> tuple[str, ...]:
        """The packages that run in it, in the order of the kit's roles."""
        roles = dict.fromkeys((*self.kit.roles, *self.packages))
        return tuple(name for role in roles for name in self.packages.get(role, ()))

    def role(self, name: str) -> str:
        """Return the role that a package plays; nothing where it plays none."""
        return next((role for role, names in self.packages.items() if name in names), "")

    @property
    def every_dimension(self) -> "tuple[Dimension, ...]":
        """The dimensions of the matrix besides source, Python and path: the kit's, and that of the variants."""
        if not self.variants:
            return self.kit.dimensions
        from releasegate.core.stacks.stack_keys import Dimension, DimensionValue

        values = tuple(DimensionValue(name, variables) for name, variables in self.variants.items())
        own = Dimension(VARIANT, "a variant of what the services are told", values=values, default=tuple(self.variants))
        return (*self.kit.dimensions, own)

    def pulled(self, image: "KitImage", environ: Mapping[str, str]) -> str:
        """Return the name that an image is pulled by, on the machine whose variables are *environ*."""
        return environ.get(image_variable(image.name)) or self.images.get(image.name) or image.pull


def image_variable(image: str) -> str:
    """Return the environment variable that replaces an image on one machine."""
    return f"RELEASEGATE_{compose_variable(image)}"


def compose_variable(image: str) -> str:
    """Return the variable by which the Compose file reads an image."""
    return f"{image.upper().replace('-', '_')}_IMAGE"
