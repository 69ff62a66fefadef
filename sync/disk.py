"""The store as a conversation uses it: every operation of the engine, done over ``Records`` in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from clerk_app.domain.journal import Record
from clerk_app.domain.trail import Step
from clerk_app.gate import BARRED_KEY
from clerk_app.store.books.losses import LossState
from clerk_app.store.books.pruning import Coverage
from clerk_app.store.books.settling import Told
from clerk_app.store.copies.carried import Carried
from clerk_app.store.copies.handover_key import keep_central_key
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.mend.healing import CENTRAL
from clerk_app.store.records import Records
from sync import disk_couriers, disk_fork, disk_further, disk_loads, disk_scans, disk_snapshot, wire
from sync.engine import operations as ops
from sync.engine.values import Operation
from sync.hold import Act, Hold, Kept

R = TypeVar("R")
SESSION_KEY = "line-session"
EPOCH_KEY = "line-epoch"


class WindowDisk:
    """Does what a conversation asks of the store; used by one thread at a time."""

    def __init__(self, hold: Hold, acts: Mapping[type[Operation[Any]], Act] | None = None) -> None:
        self._hold = hold
        self._acts = acts if acts is not None else ACTS

    def perform(self, operation: Operation[R]) -> R:
        """Return what comes of an operation; raises ``VaultError`` or ``ChainForked``, and then nothing was changed."""
        try:
            done: R = self._acts[type(operation)](self._hold, operation)
        except StoreDamaged as damage:
            self._hold.damage = damage
            raise
        return done


# the session


def _load_session(hold: Hold, _: ops.LoadSession) -> ops.KeptSession:
    if hold.session is None:
        # Beside a running client the store is read only, and the session in it is the client's to renew.
        hold.session = Kept() if hold.apart or hold.records.vault.read_only else _stored_session(hold.records)
    kept = hold.session
    lasts = (kept.until - hold.clock()).total_seconds() if kept.until is not None else 0.0
    return ops.KeptSession(kept.access, kept.refresh, lasts)


def _stored_session(records: Records) -> Kept:
    try:
        kept = msgspec.json.decode(records.get_meta(SESSION_KEY) or b"{}", type=Kept)
    except msgspec.DecodeError:
        return Kept()
    return kept if kept.until is None or kept.until.tzinfo is not None else Kept()


def _keep_session(hold: Hold, told: ops.KeepSession) -> None:
    session = told.session
    until = hold.clock() + timedelta(seconds=session.lasts) if session.access else None
    hold.session = Kept(access=session.access, refresh=session.refresh, until=until)
    if not hold.apart and not hold.records.vault.read_only:
        hold.records.put_meta(SESSION_KEY, msgspec.json.encode(hold.session))


def _sign(hold: Hold, told: ops.Sign) -> str:
    return hold.signer(told.data).hex()


# where both ends stand


def _backlog(hold: Hold, _: ops.Backlog) -> int:
    return hold.records.unsent_count()


def _meet(hold: Hold, told: ops.Meet) -> float:
    skew = hold.heard(datetime.fromisoformat(told.state.server_time))
    hold.offered(told.state.release)
    key = told.state.handover
    if key is not None and not hold.records.vault.read_only:
        keep_central_key(hold.records, key.id, key.key)
    return float(skew)


def _prepare(hold: Hold, told: ops.Prepare) -> None:
    barred = msgspec.json.encode(told.barred)
    if barred != (hold.records.get_meta(BARRED_KEY) or b"[]"):
        hold.records.put_meta(BARRED_KEY, barred)
    hold.records.heal()


def _standing(hold: Hold, told: ops.Standing) -> ops.Stand:
    records = hold.records
    first = records.unsent_as_kept(1, 1)
    return ops.Stand(
        head=records.head()[0],
        digest=records.own_digest(told.last_n),
        unsent=records.unsent_count(),
        first_unsent=first[0].n if first else None,
        epoch=(records.get_meta(EPOCH_KEY) or b"").decode(),
        missing=_missing(records),
    )


def _missing(records: Records) -> ops.Missing | None:
    gap = next(iter(records.gaps()), None)
    if gap is None:
        return None
    named = [loss.subject for loss in records.losses() if loss.state is LossState.OPEN and loss.subject]
    return ops.Missing(gap.first, gap.last, tuple(dict.fromkeys(named)))


def _restore(hold: Hold, told: ops.Restore) -> None:
    hold.records.restore(
        [
            Record(entry=o.entry, verdict=o.verdict, position=o.position, problem=msgspec.to_builtins(o.problem))
            for o in told.entries
        ]
    )


def _begin_anew(hold: Hold, told: ops.BeginAnew) -> int:
    records = hold.records
    with records.transaction():
        lost = records.begin_anew(told.last_n, told.sure)
        records.put_catalogue((), 0)
        Carried(records).say_again()
        disk_scans.ask_again(records)
        records.put_meta(EPOCH_KEY, told.epoch.encode())
    return lost


def _agree(hold: Hold, told: ops.Agree) -> None:
    records, state = hold.records, told.state
    with records.transaction():
        records.central_has(state.last_n)
        if not records.get_meta(EPOCH_KEY):
            records.put_meta(EPOCH_KEY, state.epoch.encode())
        records.pruning.cover(Coverage(state.durable_through, state.durable_position, state.server_time))


def _heal(hold: Hold, _: ops.Heal) -> bool:
    damage, hold.damage = hold.damage, None
    return hold.records.heal(damage)


def _conclude(hold: Hold, _: ops.Conclude) -> int:
    hold.records.looked(CENTRAL)
    hold.records.made_whole()
    return hold.records.unsent_count()


# entries and what central publishes


def _take_unsent(hold: Hold, told: ops.TakeUnsent) -> ops.Batch:
    found = hold.records.unsent_as_kept(told.limit, told.size)
    return ops.Batch(tuple(ops.Unsent(*one) for one in found), hold.records.unsent_count())


def _settle(hold: Hold, told: ops.Settle) -> None:
    hold.records.settle([_plain(verdict) for verdict in told.verdicts], [_plain(verdict) for verdict in told.changed])


def _plain(told: wire.EntryVerdict) -> Told:
    return told.id, told.verdict, told.position, msgspec.to_builtins(told.problem)


def _look_up(hold: Hold, _: ops.LookUp) -> ops.Cursors:
    records = hold.records
    return ops.Cursors(records.feed_cursor(), records.catalogue_revision(), records.feed_mark())


def _look_back(hold: Hold, _: ops.LookBack) -> tuple[Step, ...]:
    return hold.records.feed_trail()


def _take_feed(hold: Hold, told: ops.TakeFeed) -> None:
    taken = [Record(entry=f.entry, verdict=f.verdict, position=f.position) for f in told.entries]
    hold.records.take_feed(taken, told.position, told.mark)


def _put_catalogue(hold: Hold, told: ops.PutCatalogue) -> None:
    hold.records.put_catalogue(told.rows, told.revision, more=told.more)


ACTS: dict[type[Operation[Any]], Act] = {
    ops.LoadSession: _load_session,
    ops.KeepSession: _keep_session,
    ops.Sign: _sign,
    ops.Backlog: _backlog,
    ops.Meet: _meet,
    ops.Prepare: _prepare,
    ops.Standing: _standing,
    ops.Restore: _restore,
    ops.BeginAnew: _begin_anew,
    ops.Agree: _agree,
    ops.Heal: _heal,
    ops.Conclude: _conclude,
    ops.TakeUnsent: _take_unsent,
    ops.Settle: _settle,
    ops.LookUp: _look_up,
    ops.LookBack: _look_back,
    ops.TakeFeed: _take_feed,
    ops.PutCatalogue: _put_catalogue,
    **disk_couriers.ACTS,
    **disk_fork.ACTS,
    **disk_further.ACTS,
    **disk_loads.ACTS,
    **disk_scans.ACTS,
    **disk_snapshot.ACTS,
}
