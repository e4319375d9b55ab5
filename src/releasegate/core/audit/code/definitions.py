"""What the wheel's modules define, as far as their texts tell: where code may define more, nothing is said to lack."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from releasegate.core.audit.code.names import UNKNOWN, Names, names_of, set_from_outside
from releasegate.core.dists.wheel import module_name

ModuleKind = Literal["package", "module", "compiled", "namespace"]

_EVERYWHERE = frozenset(
    """__annotations__ __builtins__ __cached__ __dict__ __doc__ __file__ __init__ __loader__ __name__ __package__
    __path__ __spec__""".split()  # noqa: SIM905 - names, as one reads them
)


@dataclass(frozen=True)
class Definitions:
    """The modules of a wheel: *held* are its files in site-packages, *code* the syntax trees of its Python files."""

    held: Mapping[str, bytes]
    code: Mapping[str, ast.Module | None]

    @cached_property
    def kinds(self) -> Mapping[str, ModuleKind]:
        """What each dotted name is; a folder without ``__init__`` is a namespace."""
        found: dict[str, ModuleKind] = {}
        for path in self.held:
            folder = path.rpartition("/")[0]
            while folder and folder.replace("/", ".") not in found:
                found[folder.replace("/", ".")] = "namespace"
                folder = folder.rpartition("/")[0]
        for path in self.held:
            name, last = module_name(path), path.rpartition("/")[2]
            if name is not None and last.startswith("__init__."):
                found[name] = "package"
            elif name is not None and found.get(name) != "package":
                found[name] = "module" if last.endswith(".py") else "compiled"
        return found

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        """The Python file of each dotted name; of a package's and a module's of one name, the package's."""
        files = sorted(self.code, key=lambda path: path.endswith("/__init__.py"))
        return {name: path for path in files if (name := module_name(path)) is not None}

    @cached_property
    def _names(self) -> dict[str, Names]:
        return {}

    @cached_property
    def _other(self) -> dict[str, bool]:
        return {}

    def missing_module(self, module: str) -> str | None:
        """Return the part of a dotted name that the wheel should hold and does not, ``None`` where nothing is wrong."""
        parts = self._called(module).split(".")
        for depth in range(1, len(parts) + 1):
            name, parent = ".".join(parts[:depth]), ".".join(parts[: depth - 1])
            if name not in self.kinds:
                own = self.kinds.get(parent) in {"package", "module"} and not self._hooked(parent)
                return name if own else None
        return None

    def _called(self, module: str) -> str:
        """Return the name by which a module is known: ``pkg`` may be imported as ``pkg.__init__``, too."""
        package = module.removesuffix(".__init__")
        return package if self.kinds.get(package) == "package" else module

    def _hooked(self, package: str) -> bool:
        """Whether other submodules than the wheel's may be found in *package*."""
        if package not in self._other:
            inside = (name for name in self._paths if name.rpartition(".")[0] == package)
            self._other[package] = self._of(package).hooked or any(self._of(name).finds for name in inside)
        return self._other[package]

    def lacks(self, module: str, name: str) -> bool:
        """Whether *module* is of the wheel and certainly has neither an attribute nor a submodule *name*."""
        module = self._called(module)
        if self.kinds.get(module) not in {"package", "module"} or f"{module}.{name}" in self.kinds:
            return False
        return not (self._hooked(module) or self._has(module, name))

    def unlisted(self, module: str) -> tuple[str, ...]:
        """Return what ``import *`` of *module* fails for: the names of its ``__all__`` that it certainly lacks."""
        module = self._called(module)
        of_the_wheel = self.kinds.get(module) in {"package", "module"}
        listed = (self._of(module).listed or ()) if of_the_wheel else ()
        return tuple(name for name in listed if self.lacks(module, name))

    def class_lacks(self, module: str, name: str, attribute: str) -> bool:
        """Whether *name* of *module* is a class made of nothing else, and certainly without the *attribute*."""
        path = self._paths.get(self._called(module))
        tree = self.code.get(path) if path is not None else None
        defined = [node for node in tree.body if getattr(node, "name", "") == name] if tree is not None else []
        if len(defined) != 1 or not isinstance(defined[0], ast.ClassDef) or attribute in self._set_from_outside:
            return False
        node = defined[0]
        made_otherwise = node.bases or node.keywords or node.decorator_list
        known = names_of(ast.Module(node.body, []), path="")
        return not (made_otherwise or known.more or attribute in known.bound or attribute.startswith("__"))

    def _has(self, module: str, name: str) -> bool:
        """Whether *module* may have *name*, by itself or by way of the modules whose names it takes over."""
        pending, seen = [module], {module}
        while pending:
            current = pending.pop()
            if self.kinds.get(current) not in {"package", "module"}:
                return True  # another project's, or compiled: nobody knows
            names = self._of(current)
            if current != module and not names.exports(name):
                continue
            if names.more or names.hooked or name in names.bound or f"{current}.{name}" in self.kinds:
                return True
            pending += [star for star in names.stars if star not in seen]
            seen.update(names.stars)
        return name in _EVERYWHERE or name in self._set_from_outside

    @cached_property
    def _set_from_outside(self) -> frozenset[str]:
        return frozenset(name for tree in self.code.values() if tree is not None for name in set_from_outside(tree))

    def _of(self, module: str) -> Names:
        if module not in self._names:
            path = self._paths.get(module)
            tree = self.code.get(path) if path is not None else None
            self._names[module] = UNKNOWN if tree is None or path is None else names_of(tree, path=path)
        return self._names[module]
