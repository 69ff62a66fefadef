"""The tables of the first version, which made them without migrations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table("meta", sa.Column("key", sa.String(64), primary_key=True), _filled("value", sa.Text()))
    _windows()
    _people()
    _what()
    complete(set())
    op.execute("INSERT INTO meta (key, value) VALUES ('schema', '1')")


def _filled(name: str, kind: sa.types.TypeEngine[Any], *more: sa.ForeignKey) -> sa.Column[Any]:
    return sa.Column(name, kind, *more, nullable=False)


def _windows() -> None:
    op.create_table(
        "points",
        sa.Column("code", sa.String(32), primary_key=True),
        _filled("name", sa.String(200)),
        _filled("position", sa.BigInteger()),
        _filled("windows", sa.Integer()),
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("point", sa.String(32), sa.ForeignKey("points.code"), index=True),
        _filled("number", sa.String(2)),
        _filled("public_key", sa.String(64)),
        _filled("last_n", sa.BigInteger()),
        _filled("last_digest", sa.String(64)),
        _filled("durable_through", sa.BigInteger()),
        _filled("version", sa.String(40)),
        sa.Column("backlog", sa.BigInteger()),
        sa.Column("last_seen", sa.BigInteger()),
        _filled("enrolled_at", sa.BigInteger()),
        _filled("revoked", sa.Boolean()),
    )
    op.create_table(
        "enrolment_codes",
        sa.Column("hash", sa.String(64), primary_key=True),
        _filled("point", sa.String(32), sa.ForeignKey("points.code")),
        _filled("expires_at", sa.BigInteger()),
        sa.Column("window", sa.String(40), sa.ForeignKey("windows.id")),
    )


def _people() -> None:
    op.create_table(
        "accounts",
        sa.Column("number", sa.String(64), primary_key=True),
        _filled("name", sa.String(200)),
        _filled("role", sa.String(20)),
        _filled("password_hash", sa.String(200)),
        _filled("points", sa.Text()),
        _filled("revoked", sa.Boolean()),
    )
    op.create_table(
        "throttle",
        sa.Column("account", sa.String(64), primary_key=True),
        _filled("failures", sa.Integer()),
        _filled("until", sa.BigInteger()),
    )
    op.create_table(
        "challenges",
        sa.Column("hash", sa.String(64), primary_key=True),
        _filled("window", sa.String(40)),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, index=True),
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("family", sa.String(32), nullable=False, index=True),
        _filled("refresh", sa.Boolean()),
        _filled("window", sa.String(40)),
        sa.Column("account", sa.String(64)),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, index=True),
        _filled("used", sa.Boolean()),
    )


def _what() -> None:
    op.create_table(
        "entries",
        sa.Column("window", sa.String(40), primary_key=True),
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("point", sa.String(32), primary_key=True),
        sa.Column("position", sa.BigInteger()),
        _filled("id", sa.String(36)),
        _filled("subject", sa.String(64)),
        _filled("kind", sa.String(64)),
        _filled("digest", sa.String(64)),
        _filled("document", sa.Text()),
        _filled("verdict", sa.String(12)),
        sa.Column("problem", sa.Text()),
        _filled("received_at", sa.BigInteger()),
        sa.UniqueConstraint("point", "position"),
        sa.UniqueConstraint("point", "id"),
    )
    op.create_index("ix_entries_subject", "entries", ["point", "subject"])
    op.create_table(
        "subjects",
        sa.Column("subject", sa.String(64), primary_key=True),
        _filled("point", sa.String(32)),
        _filled("count", sa.BigInteger()),
    )
    op.create_table(
        "catalogue",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("revision", sa.BigInteger(), nullable=False, unique=True),
        _filled("withdrawn", sa.Boolean()),
        _filled("search", sa.Text()),
        _filled("body", sa.Text()),
    )
    op.create_table("prefilings", sa.Column("number", sa.String(64), primary_key=True), _filled("document", sa.Text()))


def complete(there: set[str]) -> None:
    """Make what the first version got in the course of its life; its programs made what they missed as they came."""
    if "backups" not in there:
        _backups()
    if "carried" not in there:
        _carried()


def _backups() -> None:
    op.create_table(
        "backups",
        sa.Column("token", sa.String(32), primary_key=True),
        _filled("epoch", sa.String(64)),
        _filled("begun_at", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
    )
    op.create_table(
        "backup_places",
        sa.Column("token", sa.String(32), sa.ForeignKey("backups.token"), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("key", sa.String(40), primary_key=True),
        _filled("place", sa.BigInteger()),
    )
    op.create_table(
        "durable_positions",
        sa.Column("point", sa.String(32), sa.ForeignKey("points.code"), primary_key=True),
        _filled("position", sa.BigInteger()),
    )


def _carried() -> None:
    op.create_table(
        "carried",
        sa.Column("carrier", sa.String(40), primary_key=True),
        sa.Column("word", sa.String(128), primary_key=True),
        _filled("content", sa.String(64)),
        _filled("file", sa.String(32)),
        sa.Column("window", sa.String(40), nullable=False, index=True),
        _filled("point", sa.String(32)),
        _filled("actor", sa.String(64)),
        _filled("said_at", sa.String(40)),
        _filled("first_n", sa.BigInteger()),
        _filled("last_n", sa.BigInteger()),
        _filled("entries", sa.BigInteger()),
        _filled("received_at", sa.BigInteger()),
        _filled("through", sa.BigInteger()),
    )
