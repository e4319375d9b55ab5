"""What the host shows and runs for the plugin."""

from __future__ import annotations

from harbor_host.pages import Html, render
from harbor_host.records import Records

from harbor_plugin.sync import sync_berths


def berths(records: Records) -> Html:
    """Return the page of all berths."""
    rows = records.rows("berths")
    lines = Html("".join(render("harbor_plugin/berth_row.html", row) for row in rows))
    return render("harbor_plugin/berths.html", {"count": len(rows), "rows": lines})


PAGES = {"berths": berths}
ACTIONS = {"sync": sync_berths}
