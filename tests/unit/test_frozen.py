"""A frozen dataclass of this project is what ``dataclasses`` makes, but that nothing of it is compiled anew."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, ClassVar

import pytest

from releasegate.core import frozen

Decorator = Callable[[type], Any]


def build(decorator: Decorator) -> Any:
    @decorator
    class Point:
        """A point."""

        kind: ClassVar[str] = "point"
        x: int
        y: int = 0
        marks: list[str] = field(default_factory=list)
        note: str = field(default="", compare=False)
        secret: str = field(default="", repr=False)

    return Point


OURS, PLAIN = build(frozen.dataclass(frozen=True)), build(dataclass(frozen=True))
BOTH = pytest.mark.parametrize("point", [OURS, PLAIN], ids=["ours", "plain"])


@frozen.dataclass(frozen=True)
class Kept:
    """What is found again by its name, which a pickle needs."""

    x: int
    y: tuple[int, ...] = ()


@BOTH
def test_fields_are_given_by_place_and_by_name_and_have_their_defaults(point: Any) -> None:
    made = point(1, note="n")
    assert vars(made) == {"x": 1, "y": 0, "marks": [], "note": "n", "secret": ""}
    assert list(vars(made)) == [each.name for each in fields(point)] == list(point.__match_args__)
    assert point(1).marks is not point(1).marks


@BOTH
@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), ((1, 2, [], "", "", 6), {}), ((1,), {"x": 1}), ((1,), {"z": 1}), ((), {"y": 1, "z": 1})],
    ids=["lacks one", "one too many", "one twice", "a stranger", "a stranger for one that lacks"],
)
def test_what_is_not_made_of_its_fields_is_not_made(point: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Point"):
        point(*given, **named)


@BOTH
def test_nothing_of_it_changes(point: Any) -> None:
    made = point(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        made.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'new'"):
        made.new = 1
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del made.x


@BOTH
def test_equals_are_those_of_one_class_whose_compared_fields_are_equal(point: Any) -> None:
    marks: list[str] = []
    assert point(1, 2, marks, "a") == point(1, 2, marks, "b")
    assert point(1) != point(2)
    assert point(1, secret="s") != point(1)
    assert point(1) != (1, 0, [], "", "")
    assert OURS(1) != PLAIN(1)


@BOTH
def test_equals_have_one_hash_and_what_can_change_has_none(point: Any) -> None:
    assert hash(point(1, 2, (), "a")) == hash(point(1, 2, (), "b"))
    with pytest.raises(TypeError):
        hash(point(1))


@BOTH
def test_it_shows_its_fields_but_for_those_that_are_not_shown(point: Any) -> None:
    assert repr(point(1, secret="s")) == "build.<locals>.Point(x=1, y=0, marks=[], note='')"


def test_it_is_a_dataclass_to_all_that_know_them() -> None:
    made = Kept(1, (2,))
    assert dataclasses.is_dataclass(Kept)
    assert dataclasses.asdict(made) == {"x": 1, "y": (2,)}
    assert replace(made, y=(3,)) == Kept(1, (3,))
    match made:
        case Kept(x, y):
            assert (x, y) == (1, (2,))


def test_copies_and_what_comes_out_of_a_pickle_are_equal() -> None:
    made = Kept(1, (2,))
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own


def test_what_a_class_says_itself_stays_and_what_is_to_be_done_after_is_done() -> None:
    done = []

    @frozen.dataclass(frozen=True)
    class Own:
        """Says all that it can."""

        x: int

        def __post_init__(self) -> None:
            done.append(self.x)

        def __eq__(self, _: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    assert Own(1) == Own(2)
    assert (hash(Own(1)), repr(Own(1))) == (7, "own")
    assert done == [1, 2, 1, 1]


def test_a_class_has_the_fields_of_its_base_classes_first() -> None:
    @frozen.dataclass(frozen=True)
    class Base:
        """Has one."""

        x: int

    @frozen.dataclass(frozen=True)
    class Derived(Base):
        """Has another."""

        y: int = 0

    @frozen.dataclass(frozen=True)
    class Nothing:
        pass

    assert vars(Derived(1, 2)) == {"x": 1, "y": 2}
    assert Derived(1) != Base(1)
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(())
    assert (Nothing.__doc__, Base.__doc__) == ("Nothing", "Has one.")


def test_a_class_that_no_dataclass_could_be_is_refused_where_it_stands() -> None:
    class Behind:
        """A field without a default behind one that has it, and a default that can change."""

        x: list[str] = []  # noqa: RUF012 - which is what is refused

    with pytest.raises(ValueError, match="mutable default"):
        frozen.dataclass(frozen=True)(Behind)


@pytest.mark.parametrize(("base", "derived"), [(frozen.dataclass, dataclass), (dataclass, frozen.dataclass)])
def test_a_class_that_was_compiled_and_one_that_was_not_are_not_of_one_family(
    base: Callable[..., Decorator], derived: Callable[..., Decorator]
) -> None:
    @base(frozen=True)
    class Base:
        """One of them."""

        x: int

    class Derived(Base):
        """The other."""

    with pytest.raises(TypeError, match="cannot inherit"):
        derived(frozen=True)(Derived)
