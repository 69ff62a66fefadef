"""A folder as a printer: each paper is a file in it, whole or not there."""

from __future__ import annotations

from pathlib import Path

from clerk_app.printing.choices import Choice
from clerk_app.printing.printers import Document, Form, FoundPrinter, NotPrinted, Outcome, PrinterState
from clerk_app.store.file.durable import create_private_file, make_private_folder


def write(content: bytes, folder: Path, name: str, suffix: str = ".pdf") -> Path:
    """Put a file into a folder, whole or not at all; raises ``NotPrinted`` when the folder takes nothing."""
    target = folder / f"{name}{suffix}"
    try:
        if not folder.is_dir():
            make_private_folder(folder)
        unfinished = target.with_suffix(".part")
        create_private_file(unfinished)
        unfinished.write_bytes(content)
        unfinished.replace(target)
    except OSError as error:
        message = f"文书无法写入 {folder}（{error.strerror}）。办件已登记，腾出空间或改用其他文件夹后可重新打印。"
        raise NotPrinted(message) from error
    return target


class Folder:
    """Papers as files; ``papers`` is the window's own folder of papers."""

    form: Form = "pdf"

    def __init__(self, papers: Path) -> None:
        self._papers = papers

    def place(self, name: str) -> Path:
        """Return the folder a printer's name means; the empty one is the window's own."""
        return Path(name) if name else self._papers

    def found(self) -> list[FoundPrinter]:
        """Return the window's own folder."""
        return [FoundPrinter(printer="", name="文书文件夹", kind="folder")]

    def trays(self, name: str) -> tuple[str, ...]:
        """A folder has none."""
        return ()

    def state(self, name: str) -> PrinterState:
        """A folder is made when something is put into it."""
        return PrinterState()

    def send(self, name: str, document: Document, choice: Choice) -> str:
        """Put it there; a paper printed again takes the place of what lay there."""
        write(document.content, self.place(name), document.name, document.suffix)
        return ""

    def outcome(self, name: str, ticket: str) -> Outcome:
        """What was put there is there."""
        return Outcome(state="done")

    def cancel(self, name: str, ticket: str) -> None:
        """What was put there stays."""
