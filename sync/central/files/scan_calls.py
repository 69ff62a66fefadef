"""The calls that are about files: tus 1.0.0 under ``/v1/uploads``, and what is here under ``/v1/scans``."""

from __future__ import annotations

from clerk_app.domain.scan_content import JPEG, MAX_BYTES, PDF, PNG
from sync import wire
from sync.central.files import tus
from sync.central.line.calls import Endpoint, Header

RESUMABLE = Header(name="Tus-Resumable", about="The version of tus.", pattern=r"^1\.0\.0$")
OFFSET = Header(name="Upload-Offset", about="How many bytes are here, durably.", most=MAX_BYTES)
EXPIRES = Header(name="Upload-Expires", about="Until when an upload nobody goes on with is kept.")
LENGTH = Header(name="Upload-Length", about="Bytes of the whole file.", most=MAX_BYTES)
METADATA = Header(
    name="Upload-Metadata",
    about="`sha256` of the file, in hex, and `media`, its type; each followed by a blank and its value in base64.",
    pattern=r"^sha256 [A-Za-z0-9+/]{86}==,media (?:[A-Za-z0-9+/]{4})+$",
)
CHECKSUM = Header(
    name="Upload-Checksum",
    about="`sha1` or `sha256`, a blank, and that of this request's bytes in base64.",
    required=False,
    pattern=r"^(sha1|sha256) (?:[A-Za-z0-9+/]{4})+$",
)
UPLOAD = f"{tus.PREFIX}/{{id}}"
KNOWN = ("upload-unknown", "tus-version")

SCAN_CALLS = (
    Endpoint(
        method="OPTIONS",
        path=tus.PREFIX,
        name="upload_options",
        about="What central's end of tus 1.0.0 can do.",
        answer=None,
        bucket="upload",
        status=204,
        secured=False,
        told=tuple(Header(name=name, about=f"`{value}`") for name, value in tus.CONFIGURATION.items()),
    ),
    Endpoint(
        method="POST",
        path=tus.PREFIX,
        name="create_upload",
        about="Begin to send a file an entry of this point names; of one that is here already nothing has to come.",
        answer=None,
        bucket="upload",
        status=201,
        headers=(RESUMABLE, LENGTH, METADATA),
        told=(Header(name="Location", about="Of the upload."), OFFSET, EXPIRES),
        problems=("scan-unannounced", "scan-refused", "too-large", "malformed", "tus-version"),
    ),
    Endpoint(
        method="HEAD",
        path=UPLOAD,
        name="stand_of_upload",
        about="How far an upload of this window has come; ends whatever request still writes it.",
        answer=None,
        bucket="upload",
        headers=(RESUMABLE,),
        told=(OFFSET, LENGTH, METADATA, EXPIRES),
        problems=KNOWN,
    ),
    Endpoint(
        method="PATCH",
        path=UPLOAD,
        name="append_to_upload",
        about="Send bytes from where the upload stands; with the last one the file is proven.",
        answer=None,
        bucket="upload",
        status=204,
        content=tus.CONTENT,
        headers=(RESUMABLE, OFFSET, CHECKSUM),
        told=(OFFSET, EXPIRES),
        problems=(*KNOWN, "upload-offset", "upload-checksum", "scan-refused", "too-large", "malformed", "media-type"),
    ),
    Endpoint(
        method="DELETE",
        path=UPLOAD,
        name="drop_upload",
        about="Give an upload up; a file that is whole stays.",
        answer=None,
        bucket="upload",
        status=204,
        headers=(RESUMABLE,),
        problems=KNOWN,
    ),
    Endpoint(
        method="GET",
        path="/v1/scans/missing",
        name="missing_scans",
        about="The files this window's entries name and central does not have: asked after a restore and once a day.",
        answer=wire.MissingScans,
    ),
    Endpoint(
        method="GET",
        path="/v1/scans/{sha256}",
        name="scan",
        about="A file an entry of this point names, by the SHA-256 of its content.",
        answer=None,
        bucket="upload",
        file=f"{JPEG},{PNG},{PDF}",
        problems=("scan-unknown",),
    ),
)
