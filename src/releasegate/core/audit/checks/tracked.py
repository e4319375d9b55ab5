"""A wheel holds what Git tracks of the package, byte for byte, and nothing else but what the configuration exempts."""

from __future__ import annotations

from collections.abc import Mapping

from releasegate.core.audit.problem import Problem, Problems, not_exempted
from releasegate.core.audit.sources import Origins, below
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import dist_info
from releasegate.core.globs import matching

GITS_OWN = frozenset({".gitkeep", ".keep", ".gitignore", ".gitattributes", ".mailmap", "CODEOWNERS", ".editorconfig"})
"""Files that are in a folder for Git's, a forge's or an editor's sake: no package reads them, wherever they lie."""


def tracked(subject: Subject) -> Problems:
    """Wheel and Git tree agree, but for ``wheel.generated`` and ``wheel.omitted``; each exemption is needed."""
    held, tree = subject.held, subject.tree
    found = subject.origins
    foreign = _foreign(held, tree, found=found) | _loose(subject)
    absent, spared = _absent(held, tree, found=found)
    wheel, members = subject.package.wheel, frozenset(subject.wheel) | held.keys()
    generated = [Problem(said, path, "generated", among=members) for path, said in foreign.items()]
    # A pattern for what is left out speaks of the packages' folders, not of all that lies beside them.
    paths = sorted(tree)
    inside = frozenset(path for home in found.homes.values() if home for path in below(home, paths))
    omitted = [Problem(said, path, "omitted", among=inside) for path, said in absent.items()]
    return (
        *not_exempted(generated, wheel.generated, key="generated"),
        *not_exempted(omitted, wheel.omitted, key="omitted", spared=spared),
    )


def declared_data(subject: Subject) -> Problems:
    """Every tracked file that ``wheel.data`` declares is in the wheel, but for what is left out for a reason."""
    omitted = (path for each in subject.package.wheel.omitted for path in matching(each.pattern, subject.tree))
    not_due = {*subject.origins.files.values(), *omitted}
    problems: list[Problem] = []
    for pattern in subject.package.wheel.data:
        declared = matching(pattern, subject.tree)
        if not declared:
            problems.append(
                Problem(f"wheel.data {pattern!r} matches no tracked file: put it back, or take the pattern out.")
            )
        lost = [path for path in declared if path not in not_due and path.rpartition("/")[2] not in GITS_OWN]
        problems += [Problem(f"{path} is declared in wheel.data, but not in the wheel.", about=path) for path in lost]
    return tuple(problems)


def _foreign(held: Mapping[str, bytes], tree: Mapping[str, bytes], *, found: Origins) -> dict[str, str]:
    """Return what is in the wheel, and not in Git as it is: path -> complaint."""
    complaints = {}
    for path, content in held.items():
        source = found.files.get(path)
        if source is None:
            complaints[path] = f"{path} is in the wheel, but Git does not track it."
        elif tree[source] != content:
            complaints[path] = f"{path} in the wheel differs from the tracked {source}."
    return complaints


def _absent(held: Mapping[str, bytes], tree: Mapping[str, bytes], *, found: Origins) -> tuple[dict[str, str], set[str]]:
    """Return what Git tracks of the wheel's packages, and the wheel lacks: tracked path -> complaint.

    Beside it come the paths that are spared, since nobody would read them there.
    """
    shipped = set(found.files.values())
    complaints: dict[str, str] = {}
    spared: set[str] = set()
    paths = sorted(tree)
    for folder, home in found.homes.items():
        # A package that is the repository's root owns no folder: what belongs to it cannot be told.
        for path in below(home, paths) if home else ():
            member = f"{folder}{path[len(home) :]}"
            if path in shipped or member in held:
                continue
            if _unread(member, held):
                spared.add(path)
            else:
                complaints[path] = f"{path} is tracked, but the wheel does not hold it."
    return complaints, spared


def _unread(member: str, held: Mapping[str, bytes]) -> bool:
    """Whether no package reads what would be *member*: gettext reads the catalogue that is made of a ``.po``."""
    catalogue = f"{member.removesuffix('.po')}.mo"
    return member.rpartition("/")[2] in GITS_OWN or (member.endswith(".po") and catalogue in held)


def _loose(subject: Subject) -> dict[str, str]:
    """Return the licences, scripts and data files outside site-packages that are not a tracked file's bytes."""
    licences = f"{dist_info(subject.wheel)}/licenses/"
    by_name: dict[str, list[bytes]] = {}
    for path, content in subject.tree.items():
        by_name.setdefault(path.rpartition("/")[2], []).append(content)
    complaints = {}
    for path, content in subject.wheel.items():
        first, *rest = path.split("/")
        scheme = rest[0] if first.endswith(".data") and rest else ""
        alike = by_name.get(rest[-1] if rest else "", [])
        if scheme == "scripts":  # the backend rewrites the interpreter's line
            good = content.partition(b"\n")[2] in [other.partition(b"\n")[2] for other in alike]
        elif scheme in {"data", "headers"}:
            good = content in alike
        else:
            good = not path.startswith(licences) or subject.tree.get(path.removeprefix(licences)) == content
        if not good:
            complaints[path] = f"{path} in the wheel is no tracked file."
    return complaints
