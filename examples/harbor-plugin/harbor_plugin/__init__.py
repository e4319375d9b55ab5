"""A harbour's berths in the host, copied from harbor-api."""

from __future__ import annotations

from types import MappingProxyType

from harbor_host.plugins import PluginConfig


class HarborConfig(PluginConfig):
    """The plugin, as the host knows it."""

    name = "harbor_plugin"
    verbose_name = "Harbor"
    version = "1.0.0"
    base_url = "harbor"
    min_version = "2.0"
    max_version = "2.9"
    default_settings = MappingProxyType({"backend_url": "http://127.0.0.1:8008"})


config = HarborConfig
