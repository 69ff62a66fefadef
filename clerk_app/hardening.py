"""Keeps what the program holds in memory from being written down by the system when the program crashes."""

from __future__ import annotations

import contextlib
import sys

_PR_SET_DUMPABLE = 4
_SEM_FAILCRITICALERRORS, _SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002
_WER_FAULT_REPORTING_FLAG_NOHEAP = 0x0001


def limit_cores() -> None:
    """Have the system write no core file of this process or of those it starts; costs nothing, so it is done first."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def harden() -> None:
    """Have the system write no image of this process at all; some milliseconds. What the system refuses is left as it is.

    Nothing here keeps memory out of swap or hibernation, or from an administrator who looks into a running process.
    """
    limit_cores()
    if sys.platform == "win32":
        _no_report()
    elif sys.platform == "linux":
        _not_dumpable()


def _not_dumpable() -> None:
    """Where cores are piped to a program (``|`` in core_pattern) the limit alone says nothing: prctl(2)."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _no_report() -> None:
    """Windows Error Reporting: no window, and no heap in a report (``SetErrorMode``, ``WerSetFlags``)."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        windows = getattr(ctypes, "WinDLL")("kernel32")  # noqa: B009  only there on Windows
        windows.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
        windows.WerSetFlags(_WER_FAULT_REPORTING_FLAG_NOHEAP)
