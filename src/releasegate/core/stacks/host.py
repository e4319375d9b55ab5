"""What is known of a host: the program inside of which a package's modules are imported, and which nobody installs."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from dataclasses import dataclass
from typing import Annotated

from releasegate.core.config import strings as checks
from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import Globs, Texts, list_of, text

Word = Annotated[str, text("a text", checks.plain)]
Modules = Annotated[Texts, list_of(text("a module", checks.attribute), "a list of modules")]
Classes = Annotated[Texts, list_of(text("a class", checks.attribute), "a list of classes")]


@table("[host]")
@dataclass(frozen=True)
class Host:
    """What `invoke adopt` and the audit know of a host, and of the packages that are loaded into it."""

    title: Annotated[Word, Key("what people call it")]
    modules: Annotated[Modules, Key("the modules that say that a package belongs into it; no resolver installs them")]
    brings: Annotated[Modules, Key("what else is there inside of it, and need not be declared")] = ()
    classes: Annotated[Classes, Key("the base classes of a package's own configuration")] = ()
    oldest: Annotated[Word, Key("the attribute of that class that names the oldest host that it accepts")] = ""
    newest: Annotated[Word, Key("the attribute that names the newest")] = ""
    frozen: Annotated[Globs, Key("files in the package's folder that never change once they are published")] = ()
    dimension: Annotated[Word, Key("the dimension of its stack whose values are its versions")] = ""
    python: Annotated[Word, Key("the Python that `adopt` proposes for its stack, where a package supports it")] = ""
    settings: Annotated[Word, Key("the attribute that lists settings without which it does not load")] = ""
    told_by: Annotated[Word, Key("the variable of the stack that takes them: JSON, by module and then by name")] = ""


Hosts = tuple[Host, ...]


@table("hosts.toml")
@dataclass(frozen=True)
class KnownHosts:
    """Hosts that have no stack."""

    hosts: Annotated[Hosts, list_of(Host, "a list of hosts"), Key("the hosts, as of `[host]`")] = ()
