"""Where the frozen program starts."""

from __future__ import annotations

import sys

from clerk_app.cli import main

sys.exit(main())
