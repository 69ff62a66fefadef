"""What can go wrong with a window's store and keys; ``say`` is what the person at the window is told.

``VaultError`` is the base of all: ``StoreInUse``, ``StoreNotLockable``, ``StoreMissing``, ``StoreDamaged``, ``ScanDamaged``, ``StoreOlder``,
``StoreFull``, ``StoreFailing``, ``StoreReadOnly``, ``StoreTooNew``, ``TransactionUndone``, and of ``KeysError``:
``KeyMissing``, ``WrongKey``, ``FormerKey``, ``KeysExist``, ``KeysDamaged``, ``KeyringUnavailable``, ``PassphraseMissing``,
``PassphraseWeak``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Step = Literal["undone", "unknown", "read"]


class VaultError(Exception):
    """Something is wrong with the store or its keys; ``say`` is Chinese, says what is and what to do."""

    def __init__(self, say: str) -> None:
        super().__init__(say)
        self.say = say


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has the store open."""

    pid: int
    host: str
    since: str
    """RFC 3339."""

    def __str__(self) -> str:
        """Return the owner as a person is told of it."""
        return f"进程 {self.pid}，主机 {self.host}，自 {self.since} 起"


class StoreInUse(VaultError):
    """Another process owns the store."""

    def __init__(self, owner: Owner | None) -> None:
        who = f"（{owner}）" if owner is not None else ""
        super().__init__(f"本窗口的数据正由另一个程序使用{who}。请先退出那个程序，再重试。")
        self.owner = owner


class StoreNotLockable(VaultError):
    """The folder lies where no lock can be had, so that nobody could say that the store is not in use."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"此文件夹里的锁文件 store.lock 不能加锁（{reason}），无法保证只有一个程序在写窗口数据，因此没有打开；数据没有改动。"
            "请把窗口数据放在本机磁盘上；若 store.lock 是文件夹或别的东西，请移走后重试。"
        )
        self.reason = reason


class StoreMissing(VaultError):
    """There is no store in the folder."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"文件夹 {folder} 里没有窗口数据。请先登记本窗口（clerk enrol），或用 --data 指定正确的文件夹。"
        )


class StoreDamaged(VaultError):
    """A row cannot be opened, or the file is no store; ``table`` and ``id`` name the row, empty: the file as a whole."""

    def __init__(self, table: str = "", id: str = "", reason: str = "unreadable") -> None:
        what = f"数据表 {table} 中编号为 {id} 的一条记录" if id else (f"数据表 {table}" if table else "数据文件")
        super().__init__(
            f"{what}已损坏或被改动（{reason}），其余数据不受影响。请联网同步，由中心补回；仍不行请报告督导。"
        )
        self.table = table
        self.id = id
        self.reason = reason


class ScanDamaged(StoreDamaged):
    """A scanned file is damaged or gone (``reason``: ``damaged``, ``gone``); ``id`` names it in the folder of scans."""

    def __init__(self, id: str, reason: str = "damaged") -> None:
        super().__init__("scans", id, reason)
        what = "不在了" if reason == "gone" else "已损坏"
        self.say = f"一份扫描件在本机的文件{what}，办件和其余扫描件不受影响。请用纸质材料重新扫描，再附到这一件上。"
        self.args = (self.say,)


class StoreOlder(StoreDamaged):
    """The file is an older copy of the store, or another store, than the one that was last worked with.

    ``steps`` is how many commits it lies behind; 0 for another store.
    """

    def __init__(self, reason: str, steps: int = 0) -> None:
        super().__init__(reason=reason)
        what = (
            f"窗口数据文件被换成了较旧的一份，比最后用过的少 {steps} 步登记"
            if steps
            else "窗口数据文件被换成了另一份，不是最后用过的那一份"
        )
        self.say = (
            f"{what}。现有的数据没有改动，照常办理；编号从最后用过的接着编，不会重号。"
            "请联网同步或插上第二副本，取回缺少的登记；仍缺少的请督导核对。"
        )
        self.args = (self.say,)
        self.steps = steps


class StoreFull(VaultError):
    """There is no room on the disk, not even after the reserve was released."""

    def __init__(self) -> None:
        super().__init__(
            "磁盘已满，刚才这一步没有登记；此前登记的都在。请清理磁盘（不要动窗口数据文件夹），腾出空间后不必重启，重做这一步。"
        )


class StoreFailing(VaultError):
    """The disk answers with errors or is gone; the store is opened anew by itself, and read back before it is believed.

    ``step`` says what became of the act in hand: ``undone`` – it is not recorded; ``unknown`` – it cannot be told before the
    disk is back; ``read`` – nothing was to be recorded.
    """

    def __init__(self, reason: str, step: Step = "unknown", *, reopened: bool = False) -> None:
        if reopened:
            now = "数据已重新打开并核对：这一步没有登记，此前登记的都在。请重做这一步；反复出现请报修磁盘。"
        else:
            now = {
                "undone": "这一步没有登记，此前登记的都留在磁盘上。请检查磁盘、网络盘或U盘的连接；恢复后不必重启，重做这一步即可。",
                "unknown": "这一步是否已登记暂时不能确认，此前登记的都留在磁盘上。请检查磁盘的连接；"
                "恢复后不必重启，先在办件列表里查这一步，没有再重做。",
                "read": "暂时读不到数据，已登记的都留在磁盘上。请检查磁盘、网络盘或U盘的连接；恢复后不必重启。",
            }[step]
        super().__init__(f"磁盘读写出错（{reason}）。{now}")
        self.reason = reason
        self.step: Step = step


class StoreReadOnly(VaultError):
    """A write was asked of a store that was opened, or lies, where it can only be read."""

    def __init__(self) -> None:
        super().__init__(
            "窗口数据只能读取，不能写入，刚才这一步没有登记；此前登记的都在，可以照常查看。"
            "请检查文件夹的权限、磁盘是否写保护；恢复后不必重启，重做这一步。"
        )


class StoreTooNew(VaultError):
    """The store was written by a newer version."""

    def __init__(self) -> None:
        super().__init__("窗口数据由更新版本的程序写成，本版本不能打开。请升级程序；数据没有改动。")


class TransactionUndone(VaultError):
    """Part of a transaction failed and was passed over; the whole of it was undone."""

    def __init__(self) -> None:
        super().__init__("这一步没有完整登记，已全部撤回。请重做。")


class KeysError(VaultError):
    """Something is wrong with the keys."""


class KeyMissing(KeysError):
    """The store is there, its key is not; a new key is never minted over it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}，无法打开本窗口的数据，程序没有改动任何东西。"
            "请恢复原来的系统账户、钥匙串或 keys.json 后重试；"
            "若确已丢失，请督导把此文件夹另行保存，再用新的登记码重新登记本窗口：中心已确认的办件会取回，未发送的须凭留底补录。"
        )


class WrongKey(KeysError):
    """The key or passphrase does not open what is there."""

    def __init__(self, what: str = "口令或密钥不对，打不开本窗口的数据。请核对后重试。") -> None:
        super().__init__(what)


class FormerKey(WrongKey):
    """The store is an older copy, from before the keys were changed."""

    def __init__(self) -> None:
        super().__init__(
            "数据文件 store.db 是更换密钥之前的旧副本，现在的密钥打不开它，程序没有改动任何东西。"
            "请把更换密钥之后的 store.db 放回原处，或用那以后的备份恢复；都没有的，请报告督导。"
        )


class KeysExist(KeysError):
    """There are keys in the folder already."""

    def __init__(self) -> None:
        super().__init__("此文件夹已有本窗口的密钥，不再另建。要重新登记，请先由督导把此文件夹另行保存并移走。")


class KeysDamaged(KeysError):
    """``keys.json`` is not what was written."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"密钥文件 keys.json 已损坏（{reason}）。请从备份恢复此文件后重试。")


class KeyringUnavailable(KeysError):
    """No system keyring that may be trusted answers."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"系统钥匙串不可用（{reason}）。请先登录桌面并解锁系统钥匙串；"
            "没有钥匙串的机器，请改用口令：把口令写入文件，用环境变量 CLERK_PASSPHRASE_FILE 指明该文件或文件描述符。"
        )
        self.reason = reason


class PassphraseMissing(KeysError):
    """The store is unlocked with a passphrase and none was given."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"没有可用的口令（{reason}）。请输入口令，或用环境变量 CLERK_PASSPHRASE_FILE 指明含口令的文件或文件描述符。"
        )


class PassphraseWeak(KeysError):
    """A passphrase typed for the first time is too short."""

    def __init__(self, shortest: int) -> None:
        super().__init__(f"口令太短：新口令至少 {shortest} 个字符。程序没有改动任何东西，请换一个长一些的口令重试。")
