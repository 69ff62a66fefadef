"""Keys are delivered strictly in the order they were struck.

Textual posts every key to the widget that has the focus at the moment the key arrives, while the effect of an earlier
Enter, Tab or function key (its bubbling, its action, the new focus or screen) comes about only several queues later. A
barcode reader, or a clerk who types ahead, is faster than that, and the characters land in the field before. The gate
holds whatever follows such a key until its effect is complete.

It rests on a few of Textual's inner names (``_forward_event``, ``_message_queue``, ``_pending_message``), so its tests
are run against every release before the pin is moved.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, ReturnType

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

PATIENCE = 0.25
"""Seconds after which a queue that does not answer is looked at again, in case its widget is gone."""
URGENT = frozenset({"ctrl+q"})
"""Keys that wait for nothing, so that the client can always be left."""


class KeyGate:
    """Holds keys and pasted text back until the effect of the key before them is complete."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._passing: events.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._origin: list[MessagePump] = []
        self._holds = 0
        self._free = asyncio.Event()
        self._free.set()

    @property
    def idle(self) -> bool:
        """Whether every key has had its effect."""
        return self._task is None and not self._waiting and not self._holds

    @property
    def held(self) -> bool:
        """Whether work is under way that decides where the next key belongs."""
        return self._holds > 0

    def admit(self, event: events.Key | events.Paste) -> bool:
        """Return whether the event may be handled now; if not, it is kept and comes again in its turn."""
        if event is self._passing:
            self._passing = None
            return True
        if isinstance(event, events.Key) and event.key in URGENT:
            return True
        if self._task is not None or self._holds:
            self._waiting.append(event)
            self._start()
            return False
        if not self._plain(event):
            self._origin = self._chain()
            self._start()
        return True

    def repeats(self, event: events.Event) -> bool:
        """Whether an event was kept here before and comes again in its turn."""
        return event is self._passing

    def hold(self) -> Callable[[], None]:
        """Hold keys until the returned function is called: for work whose outcome decides where the next key belongs."""
        self._holds += 1
        self._free.clear()
        released = False

        def release() -> None:
            nonlocal released
            if released:
                return
            released = True
            self._holds -= 1
            if not self._holds:
                self._free.set()

        return release

    async def wait_idle(self) -> None:
        """Wait until every key struck so far has had its effect."""
        while not self.idle:
            if self._task is not None:
                await asyncio.wait({self._task})
            await self._free.wait()
            await asyncio.sleep(0)

    def _plain(self, event: events.Key | events.Paste) -> bool:
        """Whether the event only adds text to the focused field, whose own queue keeps the order."""
        focused = self._app.focused
        if focused is None:
            return False
        if isinstance(event, events.Paste):
            return True
        return event.is_printable and focused.check_consume_key(event.key, event.character)

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="key gate")
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled():  # the client has been left
            return
        if (error := task.exception()) is not None:
            self._app.call_later(_raise, error)
        elif self._waiting:
            self._start()

    async def _run(self) -> None:
        while True:
            await self._settle()
            while (focused := self._app.focused) is not None and self._waiting and self._plain(self._waiting[0]):
                focused._forward_event(self._waiting.popleft())
            if not self._waiting:
                return
            self._origin = self._chain()
            self._passing = self._waiting.popleft()
            self._app.post_message(self._passing)

    async def _settle(self) -> None:
        """Wait until the last key's bubbling, action, focus and screen change are complete."""
        before: list[MessagePump] = []
        while True:
            chain = self._chain()
            for pump in chain:
                await self._reach(pump, pump.call_later)
            await self._free.wait()
            if chain == before == self._chain() and all(_empty(pump) for pump in chain):
                break
            before = chain
        if before != self._origin:
            await self._reach(self._app.screen, self._app.screen.call_after_refresh)

    def _chain(self) -> list[MessagePump]:
        """Return the queues a key passes through: the focused widget, its ancestors, the screen, the app."""
        node = self._app.focused or self._app.screen
        return list(node.ancestors_with_self)

    @staticmethod
    async def _reach(pump: MessagePump, call: Callable[..., bool]) -> None:
        """Wait until everything that lay in the queue has been handled, or the widget is gone."""
        done = asyncio.Event()
        if not call(done.set):
            await asyncio.sleep(0)  # it is being closed; so is the client, perhaps, and that must go on
            return
        while not (done.is_set() or _gone(pump)):
            try:
                await asyncio.wait_for(done.wait(), PATIENCE)
            except TimeoutError:
                continue


def _gone(pump: MessagePump) -> bool:
    """Whether a queue is handled no more; one that has not begun yet still will be."""
    return pump._closing or pump._closed or _ended(pump._task)


def _ended(task: asyncio.Task[None] | None) -> bool:
    return task is not None and task.done()


def _empty(pump: MessagePump) -> bool:
    pending: object = getattr(pump, "_pending_message", None)
    return pending is None and pump._message_queue.empty()


def _raise(error: BaseException) -> None:
    raise error


class GatedApp(App[ReturnType], inherit_bindings=False):
    """An app whose keys pass through a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = KeyGate(self)

    async def on_event(self, event: events.Event) -> None:
        """Let keys and pasted text through one after the other."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded and not self.gate.admit(event):
            return
        await super().on_event(event)
