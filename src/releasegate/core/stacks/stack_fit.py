"""What must fit between a project's stack, the kit that it is made from, and the packages that run in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from releasegate.core.config.companion import Companions
from releasegate.core.config.messages import shown, suggestion
from releasegate.core.config.stack import VARIANT, Stack
from releasegate.core.enumerated import joined
from releasegate.core.stacks.dimensions import chosen
from releasegate.core.toml.lines import KeyPath

Fields = Mapping[str, Any]


def with_players(stack: Stack, packages: Sequence[Fields]) -> Stack:
    """Return the stack with the one package in the one role, where nothing says which packages play which."""
    names = [package["name"] for package in packages if package.get("name")]
    if stack.packages or len(names) != 1 or len(stack.kit.roles) != 1:
        return stack
    return replace(stack, packages={next(iter(stack.kit.roles)): tuple(names)})


def stack_problems(stack: Stack, packages: Sequence[Fields]) -> Iterator[tuple[KeyPath, str]]:
    """Yield what is wrong between the stack, its kit and the packages, each with its key below ``stack``."""
    yield from _player_problems(stack, {package.get("name"): package for package in packages})
    yield from _dimension_problems(stack)
    kit = stack.kit
    pulled = {image.name for image in kit.images if image.pull}
    made = {image.name for image in kit.images if image.base}
    for key, given, known in (
        ("images", stack.images, pulled),
        ("requirements", stack.requirements, made),
        ("variables", stack.variables, set(kit.variables)),
    ):
        for name in given:
            if name not in known:
                yield (key, name), f"is nothing of the stack {stack.kit_name}; {suggestion(name, known)}"


def _player_problems(stack: Stack, named: Mapping[str | None, Fields]) -> Iterator[tuple[KeyPath, str]]:
    roles, seen = stack.kit.roles, set[str]()
    for role, names in stack.packages.items():
        if role not in roles:
            yield ("packages", role), f"is no role in the stack {stack.kit_name}; {suggestion(role, roles)}"
        for name in names:
            if name not in named:
                known = [each for each in named if each]
                yield ("packages", role), f"{shown(name)} is not a configured package; {suggestion(name, known)}"
            if name in seen:
                yield ("packages", role), f"{name} plays two roles; write it once"
            seen.add(name)
            yield from _companion_problems(stack, role, name, named.get(name, {}))
    for role in roles.keys() - stack.packages.keys():
        yield ("packages",), f'has nobody for the role {role} ({roles[role]}); write {role} = ["NAME"]'
    yield from _service_problems(stack, named)


def _service_problems(stack: Stack, named: Mapping[str | None, Fields]) -> Iterator[tuple[KeyPath, str]]:
    for image in stack.kit.images:
        if image.packages and image.serve is not None and image.serve.command is None:
            names = stack.packages.get(image.packages, ())
            if len(names) > 1:
                said = f"{image.name} serves one package, and {joined(names)} play {image.packages}; write one"
                yield ("packages", image.packages), f"{said}, and give each other service a role of its own"
            for name in names:
                if name in named and named[name].get("service") is None:
                    said = f"{name} has no service; say how it is started in its service table"
                    yield ("packages", image.packages), said


def _companion_problems(stack: Stack, role: str, name: str, package: Fields) -> Iterator[tuple[KeyPath, str]]:
    companions: Companions = package.get("companions", ())
    for each in companions:
        if each.name not in stack.members:
            said = (
                f"{name} has the companion {each.name}, which plays no role; give it one, so that both run together, "
            )
            said += f"in a stack that has one for it: {stack.kit_name} has {' and '.join(stack.kit.roles)}"
            yield ("packages", role), said


def _dimension_problems(stack: Stack) -> Iterator[tuple[KeyPath, str]]:
    known = {dimension.name: dimension for dimension in stack.kit.dimensions}
    if VARIANT in known and stack.variants:
        yield ("variants",), f"the stack {stack.kit_name} has a dimension of that name; write its values in dimensions"
    for name, values in stack.dimensions.items():
        if name not in known:
            said = suggestion(name, known)
            yield ("dimensions", name), f"is no dimension of the stack {stack.kit_name}; {said}"
        elif not values:
            yield ("dimensions", name), f"is empty; write {known[name].meaning}"
        for value in values if name in known else ():
            try:
                chosen(known[name], value)
            except ValueError as error:
                yield ("dimensions", name), str(error)
    for name, dimension in known.items():
        if not dimension.default and name not in stack.dimensions:
            yield ("dimensions",), f'has no {name}; write {name} = ["VALUE"], each {dimension.meaning}'
