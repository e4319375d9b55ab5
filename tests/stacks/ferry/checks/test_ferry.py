"""The client takes what both services say."""

import pytest
from containers import Stack


@pytest.mark.parametrize(
    "service",
    [
        pytest.param("tide", marks=pytest.mark.contract("ferry.tide", "one of the three")),
        pytest.param("wind", marks=pytest.mark.contract("ferry.wind", "one of the three")),
    ],
)
def test_the_client_takes_what_a_service_says(stack: Stack, service: str) -> None:
    assert stack.passes("client", f"/opt/releasegate/run ask {service}"), f"the client refuses what the {service} says"
