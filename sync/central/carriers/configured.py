"""Which carriers a process of central speaks to: told by the environment, because a key is nothing for a command line."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping

import httpx

from sync.central.carriers.contract import Carrier
from sync.central.carriers.ems import Ems
from sync.central.carriers.manual import Manual
from sync.central.settings import SettingsUnusable

URL, SENDER, KEY = "CLERK_CARRIER_EMS_URL", "CLERK_CARRIER_EMS_SENDER", "CLERK_CARRIER_EMS_KEY"
VARIABLES = (URL, SENDER, KEY)
LEAST_KEY = 16
"""Characters of a key that is worth signing with."""


class CarriersUnusable(SettingsUnusable):
    """What the environment says of carriers is not what it must be; the message names the variable and is Chinese."""


@contextlib.asynccontextmanager
async def carriers(environment: Mapping[str, str]) -> AsyncIterator[dict[str, Carrier]]:
    """Give the carriers by name, their lines open for the block; raises ``CarriersUnusable``."""
    told = fit(environment)
    found: dict[str, Carrier] = {Manual.name: Manual()}
    if told is None:
        yield found
        return
    base = told[URL].rstrip("/") + "/"
    async with httpx.AsyncClient(base_url=base, timeout=10.0, trust_env=False) as client:
        found[Ems.name] = Ems(client, told[SENDER], told[KEY].encode())
        yield found


def fit(environment: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the environment says, or ``None`` where it says nothing; raises ``CarriersUnusable``."""
    told = {name: environment.get(name, "").strip() for name in VARIABLES}
    if not any(told.values()):
        return None
    for name, value in told.items():
        if not value:
            raise CarriersUnusable(f"{name} 未设置：{'、'.join(VARIABLES)} 要么都给，要么都不给。")
    try:
        url = httpx.URL(told[URL])
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"https", "http"} or not url.host or url.query or url.userinfo:
        raise CarriersUnusable(f"{URL} 应为 https:// 开头的网址。")
    if url.scheme == "http" and url.host not in {"localhost", "127.0.0.1", "::1"}:
        raise CarriersUnusable(f"{URL} 应为 https:// 开头的网址：地址和电话不能明文传送。")
    if not (told[SENDER].isascii() and told[SENDER].isprintable()):
        raise CarriersUnusable(f"{SENDER} 只能含英文字母、数字和符号。")
    if len(told[KEY]) < LEAST_KEY:
        raise CarriersUnusable(f"{KEY} 至少 {LEAST_KEY} 个字符。")
    return told
