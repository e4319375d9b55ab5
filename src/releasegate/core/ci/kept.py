"""The forge's cache of kept databases and images: one workflow fills it, jobs that judge restore it.

Who may write a cache may change what a later run restores. So only the workflow ``cache`` of the default branch saves,
and a job that publishes restores nothing.
"""

from __future__ import annotations

from releasegate.core.ci.actions import RESTORE, SAVE
from releasegate.core.ci.yaml_values import quoted
from releasegate.core.config.keys import ForgeConfig, Settings

KEPT = "kept"
"""The folder of a runner that the cache is restored into and saved from."""

_KEY = "releasegate-${{ matrix.kept }}-"


def restored(settings: Settings, forge: ForgeConfig, path: str) -> tuple[str, ...]:
    """Return the steps that restore what is kept of a cell's host into *path*; none where the cache is not filled."""
    if "cache" not in settings.ci.workflows:
        return ()
    return (
        "- name: restore what is kept",
        f"  uses: {RESTORE[forge.kind]}",
        "  with:",
        f"    path: {quoted(path)}",
        f"    key: {_KEY}${{{{ github.run_id }}}}",
        f"    restore-keys: {_KEY}",
        "- name: take what is kept",
        f"  run: releasegate cache --take {KEPT}",
    )


def saved(forge: ForgeConfig, path: str) -> tuple[str, ...]:
    """Return the steps that save what is kept of a host, from *path*."""
    return (
        "- name: give what is kept",
        f"  run: releasegate cache --give {KEPT}",
        "- name: save what is kept",
        f"  uses: {SAVE[forge.kind]}",
        "  with:",
        f"    path: {quoted(path)}",
        f"    key: {_KEY}${{{{ github.run_id }}}}",
    )
