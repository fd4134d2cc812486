"""One direction of a conversation as a file that ``java-bridge dump`` reads.

While it grows, and where it could not be finished, the file is named ``….ser.partial``: under its final name stands
nothing but a whole one.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

__all__ = ["Recording"]

_PARTIAL = ".partial"


class Recording:
    """A file ``NAME.ser`` in ``folder``. Every method raises OSError where the system refuses.

    ``path`` is where the bytes are: of one that is not finished, the partial file.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._final = folder / f"{name}.ser"
        if self._final.exists():
            raise FileExistsError(errno.EEXIST, f"{self._final} is there already")
        self.path = self._final.with_name(self._final.name + _PARTIAL)
        self.saved_bytes = 0
        self._file = self.path.open("xb")

    def write(self, data: bytes) -> None:
        """Append ``data``; it is with the system when this returns."""
        self._file.write(data)
        self._file.flush()
        self.saved_bytes += len(data)

    def finish(self) -> None:
        """All is there: on the disk, and then under the final name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._final.exists():
            raise FileExistsError(errno.EEXIST, f"{self._final} is there already")
        self.path.rename(self._final)
        self.path = self._final

    def abandon(self) -> None:
        """No more will be written; what is there stays, under the name of a partial file."""
        try:
            self._file.close()
        except OSError:  # what was buffered does not fit on the disk either
            pass
