"""The client over a desk in a folder, as a program of its own: ``python -m tests.support.client_program FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.client import made


def main() -> None:
    """Run until it is left."""
    with made(Path(sys.argv[1]), demo=True) as client:
        client.app.run()


if __name__ == "__main__":
    main()
