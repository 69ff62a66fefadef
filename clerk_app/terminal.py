"""What kind of terminal the client is opened in: how much may be written to it, and in how many colours.

Whether it lies behind a slow line cannot be told from here in time: the first screen is up before any answer to a question put
to the terminal could be. So every terminal behind ``ssh`` counts as one. It costs nothing that can be seen but finer shades: the picture is the
same cell by cell, only less is said to bring it about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COLOURS = {"16": "standard", "256": "256", "truecolor": "truecolor"}
"""How many colours may be used, with Textual's word for it."""
FEW = frozenset({"linux", "ansi", "cygwin", "vt100", "vt220", "xterm-16color", "screen", "putty", "rxvt", "Eterm"})
"""What ``TERM`` says where a terminal has 16 colours or fewer, or says nothing of more."""
FRAMES = 120
"""Pictures a second at most; the answer to a key waits for the next one."""
THRIFTY_FRAMES = 30
VARIABLE = "CLERK_LOW_BANDWIDTH"
_WORDS = {"1": True, "on": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """How the terminal is painted."""

    thrifty: bool = False
    """Low-bandwidth mode: as little as possible is written."""
    few_colours: bool = False
    """Whether only the 16 colours every terminal has are used."""
    colours: str = "auto"

    def environment(self) -> dict[str, str]:
        """Return what Textual is to find in its environment when it is loaded."""
        told = {"TEXTUAL_FPS": str(THRIFTY_FRAMES if self.thrifty else FRAMES), "TEXTUAL_ANIMATIONS": "none"}
        if self.colours != "auto":
            told["TEXTUAL_COLOR_SYSTEM"] = self.colours
        return told


def chosen(told: Any, environ: Mapping[str, str], flag: bool | None = None) -> Terminal:
    """Return how to paint: by the flag, else the environment, else the member ``terminal`` of window.json, else by itself.

    Anything unknown in the settings counts as ``auto``.
    """
    settings: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    thrifty = flag if flag is not None else _WORDS.get(environ.get(VARIABLE, "").lower())
    if thrifty is None:
        wished = settings.get("low_bandwidth")
        thrifty = wished if isinstance(wished, bool) else bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    wished = settings.get("colours")
    colours = wished if isinstance(wished, str) and wished in COLOURS else "auto"
    if colours == "auto":
        few = not environ.get("COLORTERM") and environ.get("TERM", "") in FEW
        colours = "16" if few else "256" if thrifty else "auto"
    return Terminal(thrifty=thrifty, few_colours=colours == "16", colours=COLOURS.get(colours, "auto"))
