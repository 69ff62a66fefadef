"""Where the frozen program starts."""

from __future__ import annotations

import sys

from clerk_app.program.launch import hand_on

hand_on(sys.argv)  # before anything heavy is loaded: another version may be the one to run

from clerk_app.cli import main  # noqa: E402

if any("multiprocessing" in word for word in sys.argv):  # a worker of central's, or what looks after its parts
    from multiprocessing import freeze_support

    freeze_support()
sys.exit(main())
