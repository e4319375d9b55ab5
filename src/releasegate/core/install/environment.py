"""What a package is told in its environment when it runs, or is only imported."""

from __future__ import annotations

from releasegate.core.config.keys import Service


def service_environment(service: Service, *, secret: str, data: str) -> dict[str, str]:
    """Return the variables that a service is told, with *secret* and the folder *data* in their places."""
    return {
        name: value.replace("{secret}", secret).replace("{data}", data) for name, value in service.environment.items()
    }
