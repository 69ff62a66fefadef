"""Files in the model of central: uploads by tus, proven by their hash, never before an entry names them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sync.central.problems import ProblemError

if TYPE_CHECKING:
    from tests.simulation.state import Known, State


@dataclass(frozen=True)
class Upload:
    """A file on its way."""

    window: str
    sha256: str
    size: int
    content: bytes = b""


@dataclass
class Shelf:
    """Files, whole and on their way."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    serial: int = 0

    def copy(self) -> Shelf:
        return replace(self, blobs=dict(self.blobs), uploads=dict(self.uploads))

    def missing(self, known: Known, state: State) -> list[str]:
        """Return what a window's entries name and is not here."""
        return [
            sha256
            for (point, sha256), entry in state.announced.items()
            if point == known.point and entry.window == known.window and sha256 not in self.blobs
        ]

    def tus(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes, known: Known, state: State
    ) -> tuple[int, dict[str, str]]:
        """Return status and headers of central's answer."""
        name = path.removeprefix("/v1/uploads").removeprefix("/")
        told = {"tus-resumable": "1.0.0"}
        if method == "POST":
            made = self._begun(headers, known, state)
            offset = len(self.uploads[made].content)
            return 201, {**told, "location": f"/v1/uploads/{made}", "upload-offset": str(offset)}
        upload = self.uploads.get(name)
        if upload is None or upload.window != known.window:
            raise ProblemError("upload-unknown")
        if method == "PATCH":
            upload = self._gone_on(name, upload, headers, content)
        if method == "DELETE":
            del self.uploads[name]
        told |= {"upload-offset": str(len(upload.content)), "upload-length": str(upload.size)}
        return (200 if method == "HEAD" else 204), told

    def _begun(self, headers: Mapping[str, str], known: Known, state: State) -> str:
        pairs = (pair.strip().partition(" ") for pair in headers["upload-metadata"].split(","))
        named = {key: base64.b64decode(value).decode() for key, _, value in pairs}
        sha256, size = named["sha256"], int(headers["upload-length"])
        entry = state.announced.get((known.point, sha256))
        if entry is None:
            raise ProblemError("scan-unannounced")
        if entry.body["size"] != size:
            raise ProblemError("scan-refused")
        self.serial += 1
        self.uploads[f"u{self.serial}"] = Upload(known.window, sha256, size, self.blobs.get(sha256, b""))
        return f"u{self.serial}"

    def _gone_on(self, name: str, upload: Upload, headers: Mapping[str, str], content: bytes) -> Upload:
        if int(headers["upload-offset"]) != len(upload.content):
            raise ProblemError("upload-offset", headers={"Upload-Offset": str(len(upload.content))})
        if len(upload.content) + len(content) > upload.size:
            raise ProblemError("too-large")
        upload = replace(upload, content=upload.content + content)
        self.uploads[name] = upload
        if len(upload.content) == upload.size:
            if hashlib.sha256(upload.content).hexdigest() != upload.sha256:
                del self.uploads[name]
                raise ProblemError("scan-refused")
            self.blobs[upload.sha256] = upload.content
        return upload
