"""How all tests run."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile

import pytest

gc.disable()  # thousands of modules and tests are read, and nothing of it is garbage


SHARED = "RELEASEGATE_TESTS_SHARED"


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder for what is made once and copied by tests of all workers, which begin after this."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = folder = tempfile.mkdtemp(prefix="releasegate-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_finish() -> None:
    """Collect garbage again, from now on without a look at what was read."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def hurried(request: pytest.FixtureRequest) -> None:
    """Wait less between two looks at a real index than a release does: what stumbles in a test heals by being asked."""
    if request.path.parent.name != "integration":
        return
    from releasegate.adapters.index import second_look  # noqa: PLC0415 - not where nobody asks an index
    from releasegate.steps import propagation, sending, upload  # noqa: PLC0415 - as above

    patch = request.getfixturevalue("monkeypatch")
    patch.setattr(second_look, "PAUSES", (0.0, 0.1))
    patch.setattr(propagation, "SECOND_LOOK", 0.1)
    patch.setattr(upload, "SECOND_LOOK", 0.1)
    patch.setattr(sending, "PAUSES", (0.1, 0.1))
