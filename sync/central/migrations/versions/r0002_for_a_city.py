"""Partitions by point, audiences of subjects, files, snapshots, incidents, incarnations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.central.migrations.versions.r0001_as_first_served import complete

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTITIONS = 16
SERVED_BY = "2"
"""The oldest schema a program may know to work on these tables: those of 0001 know no audiences."""


def upgrade() -> None:
    """Bring the tables of 0001 to this form, with what is in them."""
    bind = op.get_bind()
    partitioned = bind.dialect.name == "postgresql"
    complete(set(sa.inspect(bind).get_table_names()))
    _entries(partitioned=partitioned)
    _subjects(partitioned=partitioned)
    _columns()
    _files(partitioned=partitioned)
    _others()
    marked = sa.text("UPDATE meta SET value = :version WHERE key = 'schema'")
    op.execute(marked.bindparams(version=SERVED_BY))


def _filled(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _parts(table: str) -> None:
    for part in range(PARTITIONS):
        op.execute(
            f"CREATE TABLE {table}_p{part:02} PARTITION OF {table}"
            f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
        )


def _set_aside(table: str, *indexes: str) -> None:
    """Free the names of a table and its indexes for the one that takes its place."""
    op.rename_table(table, f"{table}_before")
    for name in indexes:
        op.execute(f"ALTER INDEX {name} RENAME TO {name}_before")


def _entries(*, partitioned: bool) -> None:
    """SQLite keeps the table as it is; PostgreSQL moves it, point by point in the order of the feeds.

    What was refused under the rules of then holds up nobody: its window has gone on since, and cannot mend it.
    """
    if not partitioned:
        op.add_column("entries", sa.Column("mended", sa.String(36)))
        op.execute("UPDATE entries SET mended = '' WHERE position IS NULL")
        _indexes()
        return
    _set_aside("entries", "entries_pkey", "entries_point_position_key", "entries_point_id_key", "ix_entries_subject")
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
        sa.Column("mended", sa.String(36)),
        sa.UniqueConstraint("point", "position"),
        sa.UniqueConstraint("point", "id"),
        postgresql_partition_by="HASH (point)",
    )
    op.create_index("ix_entries_subject", "entries", ["point", "subject"])
    _indexes()
    _parts("entries")
    op.execute(
        "INSERT INTO entries SELECT *, CASE WHEN position IS NULL THEN '' END FROM entries_before"
        ' ORDER BY point, position, "window", n'
    )
    op.drop_table("entries_before")


def _indexes() -> None:
    """Of the rows without a position, which are few beside the others."""
    for name, columns, condition in (
        ("ix_entries_unheard", ["point", "subject"], "position IS NULL"),
        ("ix_entries_mended", ["point", "mended"], "mended IS NOT NULL"),
    ):
        only = sa.text(condition)
        op.create_index(name, "entries", columns, postgresql_where=only, sqlite_where=only)


def _subjects(*, partitioned: bool) -> None:
    """Every subject so far is heard of at its home alone."""
    _set_aside("subjects", *(["subjects_pkey"] if partitioned else []))
    op.create_table(
        "subjects",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("point", sa.String(32), primary_key=True),
        _filled("count", sa.BigInteger()),
        _filled("audience", sa.Text()),
        sa.Column("waiting", sa.Text(), nullable=False, server_default="[]"),
        postgresql_partition_by="HASH (point)",
    )
    if partitioned:
        _parts("subjects")
    before = sa.table("subjects_before", sa.column("subject"), sa.column("point"), sa.column("count"))
    into = sa.table("subjects", *(sa.column(name) for name in ("subject", "point", "count", "audience")))
    array = sa.func.json_build_array if partitioned else sa.func.json_array
    rows = sa.select(before.c.subject, before.c.point, before.c.count, sa.cast(array(before.c.point), sa.Text))
    op.execute(into.insert().from_select(["subject", "point", "count", "audience"], rows))
    op.drop_table("subjects_before")


def _columns() -> None:
    op.add_column("windows", sa.Column("parent", sa.String(40)))
    op.add_column("windows", sa.Column("parent_n", sa.BigInteger()))
    op.add_column("prefilings", sa.Column("received_as", sa.String(64)))
    op.add_column("tokens", sa.Column("began_at", sa.BigInteger()))


def _files(*, partitioned: bool) -> None:
    op.create_table(
        "scans",
        sa.Column("point", sa.String(32), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        _filled("window", sa.String(40)),
        _filled("subject", sa.String(64)),
        _filled("size", sa.BigInteger()),
        _filled("media", sa.String(40)),
        postgresql_partition_by="HASH (point)",
    )
    if partitioned:
        _parts("scans")
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(64), primary_key=True),
        _filled("size", sa.BigInteger()),
        _filled("media", sa.String(40)),
        _filled("stored_at", sa.BigInteger()),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(43), primary_key=True),
        _filled("window", sa.String(40)),
        _filled("sha256", sa.String(64)),
        _filled("media", sa.String(40)),
        _filled("size", sa.BigInteger()),
        _filled("offset", sa.BigInteger()),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, index=True),
    )


def _others() -> None:
    op.create_table(
        "snapshots",
        sa.Column("revision", sa.BigInteger(), primary_key=True, autoincrement=False),
        _filled("digest", sa.String(64)),
        _filled("size", sa.BigInteger()),
        _filled("rows", sa.BigInteger()),
        _filled("made_at", sa.BigInteger()),
    )
    op.create_table(
        "snapshot_parts",
        sa.Column("revision", sa.BigInteger(), sa.ForeignKey("snapshots.revision"), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True),
        _filled("content", sa.LargeBinary()),
    )
    op.create_table(
        "incidents",
        sa.Column("window", sa.String(40), primary_key=True),
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        _filled("count", sa.BigInteger()),
        sa.Column("last_n", sa.BigInteger()),
        _filled("last_at", sa.BigInteger()),
    )
