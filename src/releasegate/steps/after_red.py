"""What goes on after a red verdict on a delivery: which package is mended, and by which command."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from packaging.version import Version

from releasegate.core.errors import ReleasegateError
from releasegate.core.release.next_command import given_up
from releasegate.core.release.versions import base
from releasegate.ports import Delivery
from releasegate.steps.release import Release


def after_red(release: Release, delivery: Delivery, companions: Sequence[Delivery] = ()) -> str:
    """Return what goes on after a verdict on *delivery*: what an index holds of the release is never tried again.

    Of what is out and what is not yet, what is not can be mended.
    """
    name, production = release.package.name, release.index_name("production")
    if delivery.package.name != name:
        # A dependent, tried before the release goes out.
        return given_up(release.version, package=name, published=False)
    if delivery.source not in {release.index_name("staging"), production}:
        return "Mend it, then run the same command again"
    coming = [each for each in companions if each.version.is_prerelease and not delivery.version.is_prerelease]
    if coming:
        last = coming[-1]
        mended = given_up(last.version, package=last.package.name, published=False)
        return f"{last.package.name} {last.version} is not out yet: {mended[0].lower()}{mended[1:]}"
    later = _posts_after(release, delivery.version) if delivery.source == production else []
    if later:
        return f"{max(later)} came after it: what is there to do says invoke status --package {name}"
    return given_up(delivery.version, package=name, published=delivery.source == production)


def _posts_after(release: Release, version: Version) -> list[Version]:
    """Return the posts that came after *version*; none where an index does not say, as a red verdict is told anyway."""
    with suppress(ReleasegateError):
        held = release.index("production").versions(release.package.name)
        return [each for each in held if each > version and base(each) == base(version) and not each.is_prerelease]
    return []
