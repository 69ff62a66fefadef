"""Programs that the bundle starts (a printer's, the system's) get the libraries of the system, not those of the bundle.

PyInstaller's loader has the bundle's libraries found by ``LD_LIBRARY_PATH`` and keeps what was there before under another
name. This process has read it by now; what it starts must not inherit it. The bundle starts itself, too (central for
the demo, workers, a newer version): that one is told to set its libraries up anew.
"""

import os

_before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if _before is not None:
    os.environ["LD_LIBRARY_PATH"] = _before
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
