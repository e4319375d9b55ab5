"""An index of one's own on loopback that answers as PyPI does; two of them are a staging and a production index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from ssl import SSLContext

from releasegate.core.errors import Unavailable
from releasegate.rehearsal.index.listener import Listener
from releasegate.rehearsal.index.local import LocalIndex, utc_now


class EmbeddedIndex(LocalIndex):
    """A ``LocalIndex`` that serves on 127.0.0.1 while it is started; *port* 0 takes a free one.

    With a *context* it speaks HTTPS, which is how twine exchanges an identity.

    ::

        with EmbeddedIndex(name="testpypi", root=folder, token="secret") as index:
            ...  # twine upload --repository-url {index.upload_url}

    Raises:
        Unavailable: the folder's journal is damaged.
    """

    def __init__(  # noqa: PLR0913 - what an index has, and where it is served
        self,
        *,
        name: str,
        root: Path,
        token: str,
        clock: Callable[[], datetime] = utc_now,
        port: int = 0,
        context: SSLContext | None = None,
    ) -> None:
        super().__init__(name=name, root=root, token=token, clock=clock)
        self._context = context
        self._port = port
        self._listener: Listener | None = None

    def start(self) -> None:
        """Serve; the address is known from here on.

        Raises:
            Unavailable: the port is taken, or another process serves the folder.
        """
        super().start()
        try:
            self._listener = Listener(self.app, port=self._port, context=self._context)
        except Unavailable:
            super().stop()
            raise

    def stop(self) -> None:
        """Stop serving: every connection is closed when this returns, and the folder is free."""
        self._stopping.set()
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
        super().stop()

    @property
    def address(self) -> str:
        """Where the index is served, without a slash at the end.

        Raises:
            Unavailable: it is not started.
        """
        if self._listener is None:
            raise Unavailable(f"The index {self.name} is not running.", hint="Start it first")
        return self._listener.address

    @property
    def upload_url(self) -> str:
        """The address that twine uploads to."""
        return f"{self.address}/legacy/"

    @property
    def simple_url(self) -> str:
        """The address that installers read."""
        return f"{self.address}/simple"

    @property
    def json_url(self) -> str:
        """The address of the project JSON API, to be followed by ``/<project>/json``."""
        return f"{self.address}/pypi"
