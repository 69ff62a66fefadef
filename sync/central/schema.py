"""Central's tables; the same on SQLite and PostgreSQL.

Times are milliseconds since 1970 (UTC): both databases keep integers the same way. What grows with the work (``entries``,
``subjects``, ``scans``) carries its point in every key: PostgreSQL partitions it by point, and may distribute it so.
The tables are made and changed by ``migrations`` alone; a test holds both to each other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

VERSION = 5
"""Of the schema this program knows; ``meta`` tells the oldest that may be known to work on a database."""
REVISIONS = {"0001": 1, "0002": 2, "0003": 2, "0004": 2, "0005": 2}
"""The migrations that lead here (``migrations/versions``), each with the oldest schema that works on what it leaves."""
HEAD = "0005"

metadata = MetaData()


def _only(condition: str) -> dict[str, Any]:
    """Say which rows an index holds: those without a position are few beside the others."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))
"""Single values: schema version, epoch, catalogue revision, the key of central's own window."""

points = Table(
    "points",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("position", BigInteger, nullable=False, default=0),
    # Of the last entry of this point; the row's lock puts the entries of a point in order.
    Column("windows", Integer, nullable=False, default=0),
)

windows = Table(
    "windows",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("point", ForeignKey("points.code"), index=True),  # null: central's own, which speaks for departments
    Column("number", String(2), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("last_n", BigInteger, nullable=False, default=0),
    Column("last_digest", String(64), nullable=False),
    Column("durable_through", BigInteger, nullable=False, default=0),
    Column("version", String(40), nullable=False, default=""),
    Column("backlog", BigInteger),
    Column("last_seen", BigInteger),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    Column("parent", String(40)),  # an incarnation: the window whose history it shares up to ``parent_n``
    Column("parent_n", BigInteger),
    Column("word", Text),  # what the window said of itself last (``Clerk-Window``), as JSON
    Column("word_at", BigInteger),
    Column("retired_at", BigInteger),
    Column("moved_to", Text),  # the window that goes on for it at another point
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("point", ForeignKey("points.code"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("window", ForeignKey("windows.id")),  # set once the code is used
    Column("desk", Text, nullable=False, server_default=""),  # which desk of the point it was made for
    Column("moves", Text),  # the window that moves here with it
)

rollouts = Table(
    "rollouts",
    metadata,
    Column("version", String(40), primary_key=True),
    Column("share", Integer, nullable=False),  # of a hundred windows
    Column("points", Text, nullable=False),  # a JSON list of codes; none: all
    Column("stopped", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""Which versions of the client are offered, and to whom."""

accounts = Table(
    "accounts",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("points", Text, nullable=False),  # a JSON list of codes
    Column("revoked", Boolean, nullable=False, default=False),
)

couriers = Table(
    "couriers",
    metadata,
    Column("badge", String(20), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("company", String(200), nullable=False),
    Column("vehicle", String(40), nullable=False),
    Column("contact", String(64), nullable=False),
    Column("receives_for", Text, nullable=False),  # a JSON list of codes
    Column("verifier", String(200), nullable=False),  # of the PIN (``clerk_app.domain.couriers``)
    Column("valid_from", String(10)),
    Column("valid_until", String(10)),  # the last day
    Column("revoked", Boolean, nullable=False, default=False),
    Column("revision", BigInteger, nullable=False),  # how often this one was changed
)
"""Who fetches and brings bags; they sign in nowhere, but show badge and PIN at a window."""

duties = Table(
    "duties",
    metadata,
    Column("window", String(40), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("since", BigInteger, nullable=False),
)
"""When a supervisor of several points last signed in at a window: which points' feeds it may hear besides its own, and until when."""

courier_points = Table(
    "courier_points",
    metadata,
    Column("point", ForeignKey("points.code"), primary_key=True),
    Column("badge", ForeignKey("couriers.badge"), primary_key=True, index=True),
    Column("serves", Boolean, nullable=False),  # false: they did, and its windows are to know that they do no more
)

courier_lists = Table(
    "courier_lists",
    metadata,
    Column("point", ForeignKey("points.code"), primary_key=True),
    Column("revision", String(32), nullable=False),  # random, another one with each change: no two lists have the same
)

throttle = Table(
    "throttle",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
)

challenges = Table(
    "challenges",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("window", String(40), nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("family", String(32), nullable=False, index=True),
    Column("refresh", Boolean, nullable=False),
    Column("window", String(40), nullable=False),
    Column("account", String(64)),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used", Boolean, nullable=False, default=False),
    Column("began_at", BigInteger),  # when the session did; null: before this was kept
)

entries = Table(
    "entries",
    metadata,
    Column("window", String(40), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("point", String(32), primary_key=True),
    Column(
        "position", BigInteger
    ),  # null: refused, quarantined, or said from a point that does not hear of its subject
    Column("id", String(36), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("document", Text, nullable=False),  # the whole entry as canonical JSON: its SHA-256 is ``digest``
    Column("verdict", String(12), nullable=False),
    Column("problem", Text),
    Column("received_at", BigInteger, nullable=False),
    Column("mended", String(36)),  # of one without a position: empty once it holds up nobody, else what says it anew
    UniqueConstraint("point", "position"),
    UniqueConstraint("point", "id"),
    Index("ix_entries_subject", "point", "subject"),
    Index("ix_entries_unheard", "point", "subject", **_only("position IS NULL")),
    Index("ix_entries_mended", "point", "mended", **_only("mended IS NOT NULL")),
    postgresql_partition_by="HASH (point)",
)

subjects = Table(
    "subjects",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("point", String(32), primary_key=True),  # its home: the point whose code the subject begins with
    Column("count", BigInteger, nullable=False),  # of the entries stored about it: which state a cached fold is of
    Column("audience", Text, nullable=False),  # a JSON list of the points whose feeds hear of it, its home first
    Column("waiting", Text, nullable=False, server_default="[]"),  # of points outside of it where entries wait for it
    postgresql_partition_by="HASH (point)",
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("revision", BigInteger, nullable=False, unique=True),
    Column("withdrawn", Boolean, nullable=False, default=False),
    Column("search", Text, nullable=False),
    Column("body", Text, nullable=False),
)

prefilings = Table(
    "prefilings",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("document", Text, nullable=False),
    Column("received_as", String(64)),  # the case it became
)

backups = Table(
    "backups",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("epoch", String(64), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
)
"""Backups of this database that were begun, and whether somebody said that they were completed."""

backup_places = Table(
    "backup_places",
    metadata,
    Column("token", ForeignKey("backups.token"), primary_key=True),
    Column("kind", String(10), primary_key=True),  # "window": its last n; "point": its last position
    Column("key", String(40), primary_key=True),
    Column("place", BigInteger, nullable=False),
)
"""How far every window and point had come when the backup was begun: so far it surely reaches."""

durable_positions = Table(
    "durable_positions",
    metadata,
    Column("point", ForeignKey("points.code"), primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""Backups hold the point's entries up to this position; for windows ``windows.durable_through`` tells it."""

carried = Table(
    "carried",
    metadata,
    Column("carrier", String(40), primary_key=True),
    Column("word", String(128), primary_key=True),  # the carrier's signature: one word, one row
    Column("content", String(64), nullable=False),  # SHA-256 of the file
    Column("file", String(32), nullable=False),
    Column("window", String(40), nullable=False, index=True),  # that wrote the entries
    Column("point", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("said_at", String(40), nullable=False),  # by the carrier's clock, as it was signed
    Column("first_n", BigInteger, nullable=False),
    Column("last_n", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("through", BigInteger, nullable=False, default=0),  # taken in so far
)
"""Who brought another window's work by hand, on whose word."""

snapshots = Table(
    "snapshots",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the compressed bytes
    Column("size", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""The catalogue as a whole, compressed, as it stood at a revision: for a window that has none yet."""

snapshot_parts = Table(
    "snapshot_parts",
    metadata,
    Column("revision", ForeignKey("snapshots.revision"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

scans = Table(
    "scans",
    metadata,
    Column("point", String(32), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("window", String(40), nullable=False),  # that said so first, and owes the file
    Column("subject", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media", String(40), nullable=False),
    postgresql_partition_by="HASH (point)",
)
"""Files that entries of a point name (``scan.attached``); whether the file is here, ``blobs`` tells."""

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media", String(40), nullable=False),
    Column("stored_at", BigInteger, nullable=False),
)
"""Files that are whole and proven, wherever they came from."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("window", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False, default=0),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""Files on their way (tus 1.0); the row's lock is the upload's: two requests never write one file at once."""

incidents = Table(
    "incidents",
    metadata,
    Column("window", String(40), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("last_n", BigInteger),
    Column("last_at", BigInteger, nullable=False),
)
"""What should never come from a window that is what it says: bad signatures, broken chains, others' names."""
