"""Central's tables; the same on SQLite and PostgreSQL.

Times are milliseconds since 1970 (UTC): both databases keep integers the same way. Every row of ``entries`` carries
its point, and every key of that table includes it, so that it can be partitioned by point.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 1
"""Of the schema; written to ``meta`` and checked on opening."""

metadata = MetaData()

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
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("point", ForeignKey("points.code"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("window", ForeignKey("windows.id")),  # set once the code is used
)

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
)

entries = Table(
    "entries",
    metadata,
    Column("window", String(40), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("point", String(32), primary_key=True),
    Column("position", BigInteger),  # null: refused or quarantined
    Column("id", String(36), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("document", Text, nullable=False),  # the whole entry as canonical JSON: its SHA-256 is ``digest``
    Column("verdict", String(12), nullable=False),
    Column("problem", Text),
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("point", "position"),
    UniqueConstraint("point", "id"),
    Index("ix_entries_subject", "point", "subject"),
)

subjects = Table(
    "subjects",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("point", String(32), nullable=False),
    Column("count", BigInteger, nullable=False),  # of the entries stored about it: which state a cached fold is of
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
