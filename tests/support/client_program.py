"""The client over a desk in a folder, as a program of its own: ``python -m tests.support.client_program FOLDER``."""

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
    from tests.support.client import made  # it loads textual, which reads the environment

    with made(Path(sys.argv[1]), demo=True, terminal=terminal) as client:
        client.app.run()


if __name__ == "__main__":
    main()
