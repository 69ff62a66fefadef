"""The ``clerk`` command: opens the client, or does one thing without a screen."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence

from clerk_app.commands import grammar, log
from clerk_app.commands.output import (
    DONE,
    LINE_DOWN,
    NOT_READY,
    REFUSED,
    Stop,
    complain,
    file_trouble,
)

INTERRUPTED = 128 + signal.SIGINT
WRONG_CREDENTIALS = frozenset({"credentials-wrong", "credentials-missing", "sign-in-refused", "person-not-here"})
OFFLINE = frozenset({"offline-unknown", "offline-expired"})
"""Refused sign-ins that central could have let in."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status (0 done, 1 refused, 2 usage, 3 not ready, 4 line down)."""
    _speak_utf8()
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        gc.disable()  # while modules are loaded there is nothing to be found
        options = grammar.parser().parse_args(words)
        _log_beside(options)
        status = _guarded(options)
        sys.stdout.flush()
    except Stop as stop:
        return _complain(stop, "--json" in words)
    except BrokenPipeError:
        _forget_reader()
        return DONE
    except KeyboardInterrupt:
        print("已中断。已登记的都在。", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        logging.getLogger("clerk").exception("command failed")
        told = f"程序出错，没有办完；已登记的都在。详情记在 {log.where() or '标准错误输出'}。"
        return _complain(Stop(REFUSED, told, "program-error"), "--json" in words)
    return status


def _guarded(options: argparse.Namespace) -> int:
    """Run the command; what the lower parts refuse becomes a sentence and a status."""
    from clerk_app.hardening import limit_cores
    from clerk_app.line import LineDown, LineRefused, SignInRefused
    from clerk_app.seat import Refused
    from clerk_app.settings import NotEnrolled, SettingsDamaged
    from clerk_app.store.errors import VaultError

    limit_cores()
    command: Callable[[argparse.Namespace], int] = options.command
    gc.enable()
    try:
        return command(options)
    except Refused as error:
        raise Stop(REFUSED, error.message, error.code) from error
    except NotEnrolled as error:
        raise Stop(NOT_READY, str(error), "not-enrolled") from error
    except SettingsDamaged as error:
        raise Stop(NOT_READY, str(error), "settings-damaged") from error
    except VaultError as error:
        raise Stop(NOT_READY, error.say, _kebab(type(error).__name__)) from error
    except SignInRefused as error:
        status = REFUSED if error.code in WRONG_CREDENTIALS else LINE_DOWN if error.code in OFFLINE else NOT_READY
        raise Stop(status, error.message, error.code) from error
    except LineDown as error:
        raise Stop(LINE_DOWN, str(error), "line-down") from error
    except LineRefused as error:
        raise Stop(NOT_READY, str(error), "line-refused") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        logging.getLogger("clerk").exception("command failed")
        raise Stop(REFUSED, file_trouble(error), "file") from error


def _log_beside(options: argparse.Namespace) -> None:
    """Log beside the store the command is about; a service logs to standard error, as services do."""
    if getattr(options, "log_to_stderr", False):
        return
    from clerk_app.settings import default_folder

    log.log_to(log.log_file(getattr(options, "data", None) or default_folder()))


def _complain(stop: Stop, as_json: bool) -> int:
    try:
        complain(stop, as_json)
    except BrokenPipeError:
        _forget_reader()
    return stop.status


def _forget_reader() -> None:
    """The reader of our output went away: nothing more to say, and nothing to flush to."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _speak_utf8() -> None:
    """Chinese comes out whatever the locale says, and a rare character never stops a command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
