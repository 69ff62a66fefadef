"""The one table of central's calls: ``app`` routes by it, ``openapi`` describes it."""

from __future__ import annotations

from clerk_app.domain.people import Role
from sync import wire, wire_fleet
from sync.central.catalogue.publishing import MAX_PAGE
from sync.central.files.scan_calls import SCAN_CALLS
from sync.central.fleet import MAX_WINDOWS, STATES
from sync.central.line.calls import MAX_CURSOR, Endpoint, Header, Number, Text
from sync.central.reading import MAX_FEED, MAX_WAIT
from sync.central.releases.serving import METADATA_TYPE, TARGET_TYPE

__all__ = ["ENDPOINTS", "MAX_CURSOR", "Endpoint", "Number", "problems_of"]

AFTER = Number(name="after", default=0, most=MAX_CURSOR, about="The `next` of the last answer; 0: from the beginning.")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/enrolments",
        name="enrol",
        about="Exchange an enrolment code and the machine's public key for a window id.",
        request=wire.EnrolmentRequest,
        answer=wire.Enrolment,
        status=201,
        secured=False,
        problems=("code-unknown", "window-revoked", "too-fast"),
    ),
    Endpoint(
        method="POST",
        path="/v1/incarnations",
        name="incarnate",
        about="Go on as a new window of the point, where this machine's history and central's have parted.",
        request=wire.IncarnationRequest,
        answer=wire.Enrolment,
        status=201,
        problems=("incarnation-needless", "code-unknown"),
    ),
    Endpoint(
        method="POST",
        path="/v1/challenges",
        name="challenge",
        about="Get something for the window's key to sign, once, within five minutes.",
        request=wire.ChallengeRequest,
        answer=wire.Challenge,
        status=201,
        secured=False,
        problems=("window-unknown", "window-revoked", "too-fast"),
    ),
    Endpoint(
        method="POST",
        path="/v1/sessions",
        name="open_session",
        about="Sign in: the window by its key, and a person by number and password, if one is named.",
        request=wire.SessionRequest,
        answer=wire.Session,
        status=201,
        secured=False,
        problems=(
            "window-unknown",
            "window-revoked",
            "challenge-unknown",
            "key-unproven",
            "sign-in-refused",
            "person-not-here",
            "too-often",
            "too-fast",
        ),
    ),
    Endpoint(
        method="POST",
        path="/v1/sessions/refresh",
        name="refresh",
        about="Exchange a refresh token for new tokens; one used twice ends its family.",
        request=wire.RefreshRequest,
        answer=wire.Session,
        secured=False,
        problems=("refresh-invalid", "too-fast"),
    ),
    Endpoint(
        method="DELETE",
        path="/v1/sessions",
        name="close_session",
        about="Sign out: every token of the session ends.",
        answer=None,
        status=204,
    ),
    Endpoint(
        method="GET",
        path="/v1/session",
        name="session_state",
        about="Where central and this window stand.",
        answer=wire.SessionState,
        headers=(
            Header(
                name=wire_fleet.WORD_HEADER,
                about="The window's word on itself (`WindowWord`) as JSON, at most 1 KiB; any other is not heard.",
                required=False,
            ),
        ),
    ),
    Endpoint(
        method="POST",
        path="/v1/entries",
        name="push",
        about="Say entries in journal order, at most 200 and 1 MiB; each gets a verdict that stays.",
        request=wire.EntriesRequest,
        answer=wire.EntriesAnswer,
        limit=wire.MAX_BYTES,
        problems=("busy", "not-your-window", "epoch-changed", "gap", "chain-broken", "entry-reused"),
    ),
    Endpoint(
        method="GET",
        path="/v1/entries",
        name="own_entries",
        about="The window's own entries past an `n`, refused ones too: for a window that lost some.",
        answer=wire.OwnEntries,
        query=(
            Number(name="after", default=0, most=MAX_CURSOR, about="The last `n` that is not wanted."),
            Number(name="limit", default=MAX_FEED, least=1, most=MAX_FEED),
        ),
    ),
    Endpoint(
        method="POST",
        path="/v1/carried",
        name="carry",
        about="Bring what another window wrote, sealed, on a supervisor's word; may be said in parts, and again.",
        request=wire.CarriedRequest,
        answer=wire.CarriedAnswer,
        limit=wire.MAX_CARRIED,
        problems=(
            "busy",
            "epoch-changed",
            "carried-unreadable",
            "carried-foreign",
            "word-invalid",
            "gap",
            "chain-broken",
            "entry-reused",
        ),
    ),
    Endpoint(
        method="GET",
        path="/v1/feed",
        name="feed",
        about="This point's entries in central's order, gapless; waits for one when there is none.",
        answer=wire.Feed,
        query=(
            AFTER,
            Number(name="limit", default=MAX_FEED, least=1, most=MAX_FEED),
            Number(name="wait", default=0, most=MAX_WAIT, about="Seconds to wait when there is nothing yet."),
            Number(name="mark", default=0, most=MAX_CURSOR, about="The `mark` heard with `after`; 0: none."),
        ),
        problems=("cursor-ahead",),
    ),
    Endpoint(
        method="POST",
        path="/v1/feeds",
        name="feeds",
        about="What is new in any of several points' feeds, for a window at which their supervisor signed in; waits likewise.",
        request=wire.FeedsRequest,
        answer=wire.Feeds,
    ),
    Endpoint(
        method="GET",
        path="/v1/catalogue",
        name="catalogue",
        about="What changed in the catalogue, in the order of revisions.",
        answer=wire.Catalogue,
        query=(AFTER, Number(name="limit", default=500, least=1, most=MAX_PAGE)),
        problems=("cursor-ahead",),
    ),
    Endpoint(
        method="GET",
        path="/v1/catalogue/snapshot",
        name="snapshot",
        about="The whole catalogue as one file, for a window that has none: where it is, and what it must come to.",
        answer=wire.CatalogueSnapshot,
        problems=("snapshot-unknown",),
    ),
    Endpoint(
        method="GET",
        path="/v1/catalogue/snapshot/{revision}",
        name="snapshot_file",
        about="That file: one zstd frame of rows as JSON, one a line, in the order of their revisions.",
        answer=None,
        file=wire.SNAPSHOT_TYPE,
        problems=("snapshot-unknown",),
    ),
    Endpoint(
        method="GET",
        path="/v1/releases/metadata/{name}",
        name="release_metadata",
        about="What was released, as The Update Framework signs it; as it lies in central's folder.",
        answer=None,
        file=METADATA_TYPE,
        problems=("release-unknown",),
    ),
    Endpoint(
        method="GET",
        path="/v1/releases/targets/{name}",
        name="release_target",
        about="A version of the client for one kind of machine.",
        answer=None,
        file=TARGET_TYPE,
        problems=("release-unknown",),
    ),
    Endpoint(
        method="GET",
        path="/v1/couriers",
        name="couriers",
        about="Who fetches and brings bags at this point, with what their PINs are known again by.",
        answer=wire.Couriers,
    ),
    Endpoint(
        method="GET",
        path="/v1/prefilings/{number}",
        name="prefiling",
        about="An application already made online or at a terminal.",
        answer=wire.Prefiling,
        problems=("prefiling-unknown",),
    ),
    Endpoint(
        method="GET",
        path="/v1/cases/{number}",
        name="case",
        about="A case of any point, as its entries in central's order.",
        answer=wire.CaseRecords,
        problems=("case-unknown",),
    ),
    Endpoint(
        method="GET",
        path="/v1/fleet",
        name="fleet",
        about="The windows of the points the asking supervisor answers for: how each stands, page by page.",
        answer=wire_fleet.Fleet,
        role=Role.SUPERVISOR,
        query=(Number(name="limit", default=500, least=1, most=MAX_WINDOWS),),
        texts=(
            Text(name="point", about="Only the windows of this point."),
            Text(name="state", about="Only those this is the matter with.", choices=STATES),
            Text(name="after", about="The `next` of the last answer; without: from the beginning."),
        ),
    ),
    *SCAN_CALLS,
)


def problems_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Return every problem a call may answer with."""
    codes = ["unavailable", "internal", *endpoint.problems]
    if endpoint.request is not None:
        codes += ["malformed", "not-json", "too-large", "too-slow", "media-type"]
    if endpoint.query or endpoint.texts or "{" in endpoint.path:
        codes.append("malformed")
    if endpoint.file:
        codes.append("range")
    if endpoint.secured:
        codes += ["token-invalid", "window-revoked", "too-fast"]
    if endpoint.role is not None:
        codes.append("role-needed")
    return tuple(dict.fromkeys(codes))
