"""Where the frozen program starts."""

from __future__ import annotations

import sys

from clerk_app.cli import main

if any("multiprocessing" in word for word in sys.argv):  # a worker of central's, or what looks after its parts
    from multiprocessing import freeze_support

    freeze_support()
sys.exit(main())
