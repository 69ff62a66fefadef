"""The client the bench of the terminal looks at: sample items, some hundred cases, and a cursor that does not blink."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from clerk_app.terminal import chosen


def main() -> None:
    """Run until it is left; the terminal is painted as the environment says."""
    terminal = chosen(None, os.environ)
    for name, told in terminal.environment().items():
        os.environ.setdefault(name, told)
    from screens.widgets.field import PlainInput
    from sync.central.sample.generator import city
    from tests.support.client import made

    blinking = os.environ.get("BENCH_BLINKS") == "1"
    if not blinking:
        PlainInput.on_mount = lambda self: setattr(self, "cursor_blink", False)  # type: ignore[method-assign]
    with made(Path(sys.argv[1]), items=city().items, terminal=terminal) as client:
        client.app.run()


if __name__ == "__main__":
    main()
