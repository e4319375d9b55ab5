"""The host: its plugins, their settings and the records."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from harbor_host import VERSION
from harbor_host.pages import Html
from harbor_host.plugins import Plugin, PluginConfig, Settings, load_plugin
from harbor_host.records import Outcome, Records, Value


class Host:
    """An application without a socket; *settings* are by plugin's name."""

    def __init__(self, settings: Mapping[str, Settings]) -> None:
        self._settings = settings
        self._plugins: dict[str, Plugin] = {}
        self._records = Records()
        self._lock = Lock()

    def install(self, name: str) -> None:
        """Load the plugin and make its tables; raises ``PluginError``."""
        plugin = load_plugin(name, host_version=VERSION)
        for operation in plugin.operations:
            self._records.apply(operation)
        self._plugins[plugin.config.base_url] = plugin

    @property
    def plugins(self) -> tuple[type[PluginConfig], ...]:
        """The installed plugins, in the order of their installation."""
        return tuple(plugin.config for plugin in self._plugins.values())

    def page(self, base_url: str, page: str) -> Html:
        """Render a plugin's page; raises ``KeyError`` where there is none."""
        view = self._plugins[base_url].pages[page]
        with self._lock:
            return view(self._records)

    def act(self, base_url: str, action: str) -> Mapping[Outcome, int]:
        """Run a plugin's action; raises ``KeyError`` where there is none, ``PluginError`` where it fails."""
        plugin = self._plugins[base_url]
        run = plugin.actions[action]
        settings = {**plugin.config.default_settings, **self._settings.get(plugin.config.name, {})}
        with self._lock:
            return run(self._records, settings)

    def rows(self, table: str) -> tuple[Mapping[str, Value], ...]:
        """Return a table's rows; raises ``KeyError`` where there is none."""
        with self._lock:
            return self._records.rows(table)
