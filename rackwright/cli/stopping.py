"""How a run is stopped from outside: Ctrl-C, or SIGTERM, by which a pipeline cancels a job. Cheap to import.

Both take the same course (`KeyboardInterrupt`): the run ends in order and leaves its report. Who starts us with SIGINT
ignored, as a shell does for a job in the background of a script, does not want Ctrl-C to reach us: it stays ignored,
here and in what we start. SIGTERM always works.
"""

from __future__ import annotations

import signal
from types import FrameType


class Stop:
    """Which signal has ended the run."""

    number: signal.Signals = signal.SIGINT

    @property
    def exit_code(self) -> int:
        """128 + the signal's number, the shell's convention: 130 after Ctrl-C, 143 after SIGTERM."""
        return 128 + self.number

    @property
    def word(self) -> str:
        """What happened, for a person."""
        return "interrupted" if self.number == signal.SIGINT else f"ended by {self.number.name}"

    def listen(self) -> None:
        """Take SIGTERM as Ctrl-C from now on."""
        signal.signal(signal.SIGTERM, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.number = signal.Signals(number)
        raise KeyboardInterrupt


STOP = Stop()
"""Of this process."""
