"""Frozen dataclasses whose methods are not compiled anew by every command.

``dataclasses`` writes six functions of each frozen class as text, which Python compiles wherever the class is loaded: a
command that only looks spent two fifths of its work on that. These are closures over the names of the fields, and do
the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

__all__ = ["dataclass"]

_Class = TypeVar("_Class", bound=type)

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: Literal[True]) -> Callable[[_Class], _Class]:
        """Make a class what ``dataclasses.dataclass`` makes of it, where nothing else is said than that it is *frozen*.

        What a class says itself of how it is compared or shown stays. Of its base classes, none is a dataclass that was
        compiled, nor the other way round; ``dataclasses`` refuses that.
        """
        del frozen
        return _made


def _made(cls: _Class) -> _Class:
    # Without a docstring, dataclasses would write the signature of an __init__ that is not there yet.
    cls.__doc__ = cls.__doc__ or cls.__name__
    # It finds the fields, and sees that they can be: no default that can change, none before a field without one.
    dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(cls)
    compared = _values(tuple(each.name for each in fields if each.compare))
    given = vars(cls)
    if "__eq__" not in given:
        _set(cls, __eq__=_equal(compared), __hash__=lambda self: hash(compared(self)))
    if "__repr__" not in given:
        _set(cls, __repr__=_shown(tuple(each.name for each in fields if each.repr)))
    return _set(cls, __init__=_init(cls, fields), __setattr__=_refuse("assign to"), __delattr__=_refuse("delete"))


def _set(cls: _Class, **methods: Callable[..., Any]) -> _Class:
    for name, method in methods.items():
        method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
        setattr(cls, name, method)
    return cls


def _init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    names, put = tuple(each.name for each in fields), object.__setattr__
    defaults = {each.name: each.default for each in fields if each.default is not dataclasses.MISSING}
    factories = {each.name: each.default_factory for each in fields if each.default_factory is not dataclasses.MISSING}
    has_more = hasattr(cls, "__post_init__")

    def __init__(self: Any, /, *args: object, **given: object) -> None:  # noqa: N807 - it becomes one
        # In the order of the fields, so that all of a class share the keys of what they hold.
        for name, value in zip(names, args, strict=False):
            put(self, name, value)
        for name in names[len(args) :]:
            if name in given:
                put(self, name, given.pop(name))
            elif name in defaults:
                put(self, name, defaults[name])
            elif name in factories:
                put(self, name, factories[name]())
            else:
                raise TypeError(f"{cls.__qualname__} is made without {name}")
        if given or len(args) > len(names):
            raise TypeError(f"{cls.__qualname__} is made with more than {', '.join(names)}")
        if has_more:
            self.__post_init__()

    return __init__


def _values(names: tuple[str, ...]) -> Callable[[object], object]:
    return attrgetter(*names) if names else lambda _: ()


def _equal(compared: Callable[[object], object]) -> Callable[[object, object], bool]:
    return lambda self, other: (
        compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented
    )


def _shown(names: tuple[str, ...]) -> Callable[[object], str]:
    return lambda self: f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _refuse(what: str) -> Callable[..., None]:
    def refuse(_: object, name: str, *__: object) -> NoReturn:
        raise dataclasses.FrozenInstanceError(f"cannot {what} field {name!r}")

    return refuse
