"""The console of Windows, written no more to than it has to be told where that was asked for."""

from __future__ import annotations

from typing import Any

from textual.drivers.windows_driver import WindowsDriver

from screens.painting.thrift import Thrifty


class Console(WindowsDriver):
    """Textual's driver for Windows, with the low-bandwidth mode."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._thrifty: Thrifty | None = None
        file: Any = self._file
        if getattr(self._app, "thrifty", False):
            self._file = self._thrifty = Thrifty(file)  # type: ignore[assignment]

    def paint_anew(self) -> None:
        """Paint everything again with the next picture: nobody knows what the console shows."""
        if self._thrifty is not None:
            self._thrifty.forget()
