"""Asks something again and again, in a thread beside the requests."""

import threading
from collections.abc import Callable


class Poll:
    """Calls `look` at once, and then every `every_s` seconds until it is closed; `look` must not raise."""

    def __init__(self, look: Callable[[], None], every_s: float, name: str) -> None:
        self._look, self._every_s = look, every_s
        self._stop = threading.Event()
        look()
        threading.Thread(target=self._keep_looking, name=name, daemon=True).start()

    def close(self) -> None:
        """Ask no more."""
        self._stop.set()

    def _keep_looking(self) -> None:
        while not self._stop.wait(self._every_s):
            self._look()
