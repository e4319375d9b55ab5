"""What goes on after a red verdict: which number is spent, and the command that comes next."""

from __future__ import annotations

from collections.abc import Sequence

from releasegate.core.release.next_command import given_up
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
    return given_up(delivery.version, package=name, published=delivery.source == production)
