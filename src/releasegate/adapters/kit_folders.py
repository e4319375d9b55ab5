"""The folders of stacks: those that come with releasegate, and a project's own; what they extend is found from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.adapters.package_data import package_folder
from releasegate.core.errors import ConfigurationError
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.core.stacks.host import Hosts
    from releasegate.core.stacks.kit import Kit

KIT_FILE = "stack.toml"


@dataclass(frozen=True)
class KitFolders:
    """The kit of a stack, and its folders: its own first, then those that it builds on.

    ``common`` is what all stacks share: how images are made, and what every suite stands on.
    """

    kit: Kit
    homes: tuple[Path, ...]
    common: Path

    def find(self, *parts: str) -> Iterator[Path]:
        """Yield where a file or folder lies in the kit's folders, the nearest first, and last in what all share."""
        yield from (place for home in (*self.homes, self.common) if (place := home.joinpath(*parts)).exists())


def shipped() -> tuple[str, ...]:
    """Return the names of the stacks that come with releasegate."""
    return tuple(sorted(file.parent.name for file in package_folder("e2e").glob(f"*/{KIT_FILE}")))


def kit_folders(name: str, *, beside: Path) -> KitFolders:
    """Return the kit of that name, or in that folder as it is seen from *beside*.

    Raises:
        ConfigurationError: there is none, or what it says cannot be.
    """
    homes: list[Path] = []
    return KitFolders(_read(name, beside, homes), tuple(homes), package_folder("e2e"))


@dataclass(frozen=True)
class KitsBeside:
    """Gives the kit of a name, or of a folder as it is seen from *folder*; and the hosts that are known."""

    folder: Path

    def hosts(self) -> Hosts:
        """Return the hosts."""
        return known_hosts()

    def kit(self, name: str) -> Kit:
        """Return the kit of that name; raises ``ConfigurationError`` where there is none."""
        return kit_folders(name, beside=self.folder).kit


@cache
def known_hosts() -> Hosts:
    """Return every host that the stacks which come with releasegate are of, and those that have none."""
    from releasegate.core.stacks.stack_parse import parse_hosts

    file = package_folder("e2e") / "hosts.toml"
    others = parse_hosts(file.read_text(encoding="utf-8"), where=file.name)
    kits = (kit_folders(name, beside=file.parent).kit for name in shipped())
    return tuple(dict.fromkeys((*(kit.host for kit in kits if kit.host is not None), *others)))


@cache
def kits_of_hosts() -> Mapping[str, Kit]:
    """Return the stacks that come with releasegate and are of a host; of one host, the one that all build on."""
    kits = {name: kit_folders(name, beside=package_folder("e2e")).kit for name in shipped()}
    return {
        name: kit
        for name, kit in kits.items()
        if kit.host is not None and (kit.extends not in kits or kits[kit.extends].host != kit.host)
    }


def kits_on(name: str) -> Mapping[str, Kit]:
    """Return the stacks that come with releasegate and build on the one of that *name*."""
    kits = {each: kit_folders(each, beside=package_folder("e2e")).kit for each in shipped()}
    return {each: kit for each, kit in kits.items() if kit.extends == name}


def _read(name: str, beside: Path, homes: list[Path]) -> Kit:
    from releasegate.core.stacks.stack_parse import parse_kit

    home = _home(name, beside)
    if home in homes:
        chain = " extends ".join(each.name for each in [*homes, home])
        raise ConfigurationError(f"The stack {name} builds on itself: {chain}.", hint=f"Correct extends in {KIT_FILE}")
    homes.append(home)
    file = home / KIT_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read.", hint="Make it readable UTF-8 text") from error
    return parse_kit(text, where=f"{name}/{KIT_FILE}", below=lambda other: _read(other, home, homes))


def _home(name: str, beside: Path) -> Path:
    own = package_folder("e2e") / name
    if "/" not in name and name not in {".", ".."} and (own / KIT_FILE).is_file():
        return own.resolve()
    home = (beside / name).resolve()
    if not (home / KIT_FILE).is_file():
        raise ConfigurationError(
            f"There is no stack {name}: {home} has no {KIT_FILE}.",
            hint=f"Name one of {', '.join(shipped())}, or a folder with a {KIT_FILE} seen from {beside.name or beside}",
        )
    return home
