"""The errand of sending scans: one piece at a time, and after each a pause for what is more urgent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync import tus, wire
from sync.engine.scan_operations import (
    KeepUpload,
    NextScan,
    Owed,
    ReadPiece,
    RefuseScan,
    RestUploads,
    ScansMissing,
    Turn,
    Uploaded,
)
from sync.engine.values import (
    Answered,
    Ask,
    Begun,
    Disk,
    Done,
    Event,
    Failed,
    Failure,
    Go,
    Kind,
    Move,
    Over,
    Pause,
    Request,
    Shared,
    Stuck,
    down,
    failed,
)

ENDPOINT = "/v1/uploads"
PIECE = 1 << 20
LEAST_PIECE, LARGEST_PIECE = 64 << 10, 8 << 20
SMALLER, LARGER = 4, 4
"""By this a piece shrinks that does not get through, and the next one grows after one that was there at once."""
AT_ONCE = 0.5
"""Seconds; what takes longer is not made larger: entries wait for the end of a piece."""
TURN = 30.0
"""Seconds of one round that go to files; those that are left go on in the next."""
REST = 30.0
"""Seconds uploads rest where central asks for patience without saying how much; chance doubles it at most."""
NOT_THIS_FILE = "scan-refused"
"""A line that changes bytes makes this problem too: the file is sent a second time before it is given up."""
UNKNOWN_CALL = frozenset({"not-found", "method"})
"""What a central answers that is one version older."""
DAMAGED = "本机保存的扫描件已经损坏，请重新扫描。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Send every file central lacks, those of the newest case first."""

    endpoint: str = ENDPOINT
    proof: str = wire.EPOCH_HEADER
    """The header by which an answer is known to be the server's; of any other tus server: ``tus.RESUMABLE``."""
    scan: Owed | None = None
    sending: tus.Sending | None = None
    """How the file stands, as far as this conversation knows."""
    piece: int = PIECE
    most: int = LARGEST_PIECE
    """No piece is larger: whatever is on the way let none through."""
    said: float = 0.0
    """When the piece under way was, on the clock of the events."""
    asking: bool = False
    """Central was asked what it lacks."""
    cut: int | None = None
    """Where the upload stood when a piece was cut off."""
    began: float | None = None
    """When, on the clock of the events."""
    doubted: tuple[str, ...] = ()
    """Files central refused once."""
    skipped: tuple[str, ...] = ()
    """Files that are not sent in this conversation any more."""
    after: Pause | Over | None = None
    """The move that follows once the store has taken note."""

    def step(self, event: Event, shared: Shared) -> Move:
        """Go on: which file, where it stands, the piece, what became of it."""
        match event.what:
            case Begun():
                return _begin(self, event.now, shared)
            case Done(Turn() as turn):
                return _turn(self, turn, shared)
            case Done(bytes() as piece) if self.sending is not None and piece:
                return _say(replace(self, said=event.now), self.sending, piece, shared)
            case Done(None) if self.after is not None:
                return self.after
            case Done(None) if self.scan is not None:
                return _refuse(self, self.scan, DAMAGED, shared)
            case Done(None):
                return _next(self, shared)
            case Answered(message=wire.MissingScans() as told) if self.asking:
                return _owed_again(self, tuple(told.missing), shared)
            case Answered(status=status) if self.sending is not None and self.scan is not None:
                grown = _grown(self, self.sending, event.now)
                return _heard(grown, self.scan, self.sending, status, dict(event.what.headers), shared)
            case Failed(failure):
                return _failed(self, failure, event, shared)
            case _:
                return failed(event, shared)


def _begin(it: Upload, now: float, shared: Shared) -> Move:
    """Go on, unless it is time to hear what is new first: files may take hours."""
    began = now if it.began is None else it.began
    return Over(shared) if now - began >= TURN else _next(replace(it, began=began), shared)


def _next(it: Upload, shared: Shared) -> Move:
    fresh = replace(it, scan=None, after=None, asking=False)
    return Go(fresh, Disk(NextScan(shared.epoch, it.skipped)), shared)


def _turn(it: Upload, turn: Turn, shared: Shared) -> Move:
    if not turn.agreed:
        request = Request(method="GET", path="/v1/scans/missing", answer=wire.MissingScans)
        return Go(replace(it, asking=True), Ask(request), shared)
    if turn.scan is None:
        return Over(shared)
    scan, sending = turn.scan, it.sending
    if sending is None or not sending.url or sending.url != scan.url or sending.size != scan.size:
        sending = tus.Sending(endpoint=it.endpoint, size=scan.size, metadata=_about(scan), url=scan.url)
    return _go(replace(it, scan=scan), scan, sending, shared)


def _go(it: Upload, scan: Owed, sending: tus.Sending, shared: Shared) -> Move:
    """Say what comes next; a piece is fetched first."""
    going = replace(it, sending=sending)
    if tus.next_method(sending) != "PATCH" or sending.offset is None:
        return _say(going, sending, b"", shared)
    size = min(it.piece, sending.size - sending.offset)
    return Go(going, Disk(ReadPiece(scan.sha256, sending.offset, size)), shared)


def _say(it: Upload, sending: tus.Sending, piece: bytes, shared: Shared) -> Move:
    said = tus.say(sending, piece)
    headers = tuple((name, value) for name, value in said.headers if name != "Content-Type")
    request = Request(
        method=said.method,
        path=said.url,
        content=said.content,
        media=tus.CONTENT if said.method == "PATCH" else wire.MEDIA_TYPE,
        packed=False,
        proof=it.proof,
        headers=headers,
    )
    return Go(it, Ask(request), shared)


def _heard(it: Upload, scan: Owed, before: tus.Sending, status: int, headers: dict[str, str], shared: Shared) -> Move:
    method = tus.next_method(before)
    try:
        sending = tus.heard(before, status, headers)
    except tus.OutOfStep:
        return Stuck(down(), shared)
    going = replace(it, sending=sending)
    if sending.is_whole:
        return _whole(going, scan, shared)
    if method == "PATCH" and sending.offset is not None:
        return _note(going, scan, sending, shared)
    if method == "POST":
        return _note(going, scan, sending, shared, paused=False)
    if method == "HEAD" and it.cut is not None:
        going = replace(going, cut=None)
        if (sending.offset or 0) > it.cut:
            return _note(going, scan, sending, shared)
        going = replace(going, piece=max(LEAST_PIECE, it.piece // SMALLER))
    return _go(going, scan, sending, shared)


def _grown(it: Upload, sending: tus.Sending, now: float) -> Upload:
    """Make the next piece larger, if this one was there at once."""
    at_once = tus.next_method(sending) == "PATCH" and 0 <= now - it.said <= AT_ONCE
    return replace(it, piece=max(it.piece, min(it.piece * LARGER, it.most))) if at_once else it


def _note(it: Upload, scan: Owed, sending: tus.Sending, shared: Shared, *, paused: bool = True) -> Move:
    """Keep how far it is, and let what is more urgent pass."""
    done = sending.offset or 0
    show = f"扫描件已上传 {done * 100 // scan.size}%" if paused else "开始上传扫描件"
    after = Pause(replace(it, scan=None), shared)
    return Go(replace(it, after=after), Disk(KeepUpload(scan.sha256, sending.url, done)), shared, show)


def _whole(it: Upload, scan: Owed, shared: Shared) -> Move:
    told = shared.counting(uploaded=1)
    after = Pause(replace(it, scan=None, sending=None), told)
    show = f"已上传扫描件 {told.report.uploaded} 份"
    return Go(replace(it, sending=None, after=after), Disk(Uploaded(scan.sha256)), told, show)


def _owed_again(it: Upload, missing: tuple[str, ...], shared: Shared) -> Move:
    return Go(replace(it, asking=False), Disk(ScansMissing(shared.epoch, missing)), shared)


def _failed(it: Upload, failure: Failure, event: Event, shared: Shared) -> Move:
    if it.asking or it.scan is None or it.sending is None:
        if it.asking and failure.kind is Kind.TOLD and failure.code in UNKNOWN_CALL:
            return Over(shared)
        return Stuck(failure, shared)
    scan, sending = it.scan, it.sending
    patching = tus.next_method(sending) == "PATCH"
    match failure.kind:
        case Kind.CUT if patching:
            return _go(replace(it, cut=sending.offset), scan, replace(sending, offset=None), shared)
        case Kind.TOO_LARGE if patching and it.piece > LEAST_PIECE:
            piece = max(LEAST_PIECE, it.piece // SMALLER)
            smaller = replace(it, piece=piece, most=piece)
            return _go(smaller, scan, replace(sending, offset=None), shared)
        case Kind.BUSY | Kind.TOO_LARGE:
            # Too large even so is the word of some device on the way: central knows the size by the entry.
            seconds = (failure.retry_after or REST) + REST * event.chance
            return Go(replace(it, after=Over(shared)), Disk(RestUploads(seconds)), shared)
        case Kind.TOLD:
            return _told(it, scan, sending, failure, shared)
        case _:
            return Stuck(failure, shared)


def _told(it: Upload, scan: Owed, sending: tus.Sending, failure: Failure, shared: Shared) -> Move:
    """Heed a problem: it is about where the upload stands, about the file, or about something else."""
    if failure.code == NOT_THIS_FILE:
        if scan.sha256 in it.doubted or not sending.url:
            return _refuse(it, scan, failure.text, shared)
        doubting = replace(it, doubted=(*it.doubted, scan.sha256))
        return _go(doubting, scan, replace(sending, url="", offset=None), shared)
    about_upload = failure.status in {404, 409, 410, 460} and sending.url
    if about_upload and failure.code in {"", "upload-unknown", "upload-offset"}:
        return _heard(it, scan, sending, failure.status, {}, shared)
    if failure.code == "window-revoked":
        return Stuck(failure, shared)
    if failure.code in UNKNOWN_CALL:
        return Over(shared)
    return _next(replace(it, skipped=(*it.skipped, scan.sha256), sending=None), shared)


def _refuse(it: Upload, scan: Owed, reason: str, shared: Shared) -> Move:
    told = f"一份扫描件没有上传：{reason}"
    after = Pause(replace(it, scan=None, sending=None), shared)
    return Go(replace(it, sending=None, after=after), Disk(RefuseScan(scan.sha256, reason)), shared, told)


def _about(scan: Owed) -> tuple[tuple[str, str], ...]:
    """Return what is told of a file: to central by its own names, to any other server by the usual ones."""
    ending = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}.get(scan.media, "bin")
    named = ("filename", f"{scan.sha256}.{ending}"), ("filetype", scan.media)
    return ("sha256", scan.sha256), ("media", scan.media), *named
