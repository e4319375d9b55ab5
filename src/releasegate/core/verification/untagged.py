"""What can be said of files whose commit is not known: nothing that a build would tell, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from releasegate.core.dists.archive import read_sdist, read_wheel
from releasegate.core.errors import GateFailed
from releasegate.core.verification.claims import Claim

HERE = "compared here"


def untagged_claims(files: Mapping[str, bytes]) -> Iterator[Claim]:
    """Yield what is known of served *files* (name -> bytes), of which no tag says what they were made from."""
    names = sorted(files, key=lambda name: not name.endswith(".whl"))
    for name in names:
        yield Claim(name, "not recorded", "no tag says from which commit it was built, so it was not rebuilt")
    sdist = next((name for name in names if name.endswith(".tar.gz")), None)
    wheels = [name for name in names if name.endswith(".whl")]
    yield from (_beside(name, files[name], sdist, files[sdist]) for name in wheels if sdist is not None)


def _beside(name: str, wheel: bytes, sdist_name: str, sdist: bytes) -> Claim:
    about = f"{name} beside {sdist_name}"
    try:
        installed, source = read_wheel(name, wheel), read_sdist(sdist_name, sdist)
    except GateFailed as error:
        return Claim(about, "contradicted", error.problem, HERE, error.details)
    known = frozenset(source.values())
    own = [path for path in sorted(installed) if not path.partition("/")[0].endswith(".dist-info")]
    made = [path for path in own if installed[path] not in known]
    if not made:
        return Claim(about, "proven", f"each of the {len(own)} files that it installs is in the sdist, too", HERE)
    said = f"{len(made)} of the {len(own)} files that it installs are not in the sdist: who built it may have made them"
    return Claim(about, "not recorded", said, HERE, tuple(made))
