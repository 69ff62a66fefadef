"""The log beside the store: what went wrong in the program itself, for whoever repairs it. It holds nobody's data."""

from __future__ import annotations

import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path

FILE = Path("log", "clerk.log")
MAX_BYTES = 1 << 20
KEPT = 3
"""Older files kept beside the one being written."""
_PRIVATE = re.compile(r"""'[^']*'|"[^"]*"|[^\x00-\x7f]+|\d{4,}""")
"""What may be somebody's name, number or words: whatever is quoted, Chinese, or a long number."""
_KIND = re.compile(r"[A-Z][A-Za-z]{3,}")
"""What a kind of error is called."""


class _Discreet(logging.Formatter):
    """Writes where an error happened and of what kind it was; what its message quotes is left out."""

    def formatException(self, ei: object) -> str:  # noqa: N802  the base class's name
        error = ei[1] if isinstance(ei, tuple) else None
        return "" if error is None else "".join(_told(error))


def _told(error: BaseException) -> list[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = _told(before) if before is not None else []
    message = str(error) if isinstance(error, ImportError) else _PRIVATE.sub("…", str(error))[:500]
    return [
        *lines,
        *traceback.format_tb(error.__traceback__),
        f"{type(error).__module__}.{type(error).__qualname__}: {message}\n",
    ]


class _Later(logging.Handler):
    """Opens its file with the first line, and stays silent where it cannot be written: the log is never the trouble."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        from logging.handlers import RotatingFileHandler  # slow to import, and seldom needed

        try:
            if self._file is None:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = RotatingFileHandler(self.path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
                self._file.setFormatter(self.formatter)
                self._file.handleError = self.handleError  # type: ignore[method-assign]
            self._file.emit(record)
        except OSError:
            return

    def let_go(self) -> None:
        """Close the file until something is written again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the base class's name
        pass


class _Noting(logging.Handler):
    """Keeps what went wrong last, as a code, where the window's greeting finds it (``clerk_app.reporting``)."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.WARNING)
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] != "clerk":  # others' messages are not ours to make codes of
            return
        from clerk_app.reporting import note_trouble

        error = record.exc_info[0] if record.exc_info else None
        named = [error.__name__] if error is not None else [a for a in record.args or () if isinstance(a, str)]
        what = ".".join([str(record.msg).partition(":")[0], *(name for name in named if _KIND.fullmatch(name))])
        note_trouble(self._folder, what, datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds"))


def log_file(folder: Path) -> Path:
    """Return where the log of a window's folder is; of a folder that is not there (yet), the user's own log folder."""
    if folder.is_dir():
        return folder / FILE
    from platformdirs import user_log_path

    return user_log_path("clerk", appauthor=False) / FILE.name


def where() -> Path | None:
    """Return the file that is logged to."""
    return next((handler.path for handler in logging.getLogger().handlers if isinstance(handler, _Later)), None)


def let_go() -> None:
    """Keep no file open: a folder with an open file in it can be moved on no Windows."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Later):
            handler.let_go()


def log_to(path: Path) -> None:
    """Have everything the program logs go to a file that is never larger than ``MAX_BYTES``."""
    handler = _Later(path)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    if path.parts[-2:] == FILE.parts:
        root.addHandler(_Noting(path.parent.parent))
    root.setLevel(logging.WARNING)
    logging.getLogger("clerk").setLevel(logging.INFO)
