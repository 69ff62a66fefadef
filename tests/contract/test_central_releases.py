"""Which version central offers to which window, and the files of releases as it serves them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sync import wire
from sync.central.releases import rollouts
from sync.central.releases.rollouts import Rollout, UnknownPoint, UnknownVersion, place_of, release_for
from tests.support.city import OTHER_POINT, POINT, City, Window, problem_code

TARGET = "clerk-0.3.1-linux-x86_64.tar.zst"
CONTENT = bytes(range(256)) * 2000


async def offered(window: Window, runs: str = "0.3.0") -> str:
    """Greet central as a client of this version; return what it offers."""
    if not window.token:
        await window.sign_in()
    headers = {**window.headers, "User-Agent": f"clerk/{runs}" if runs else "python"}
    told = await window.city.client.get("/v1/session", headers=headers)
    return str(told.json().get("release", ""))


@pytest.fixture
def releases(city: City, tmp_path: Path) -> Path:
    """Give the folder central serves, with one file of each kind."""
    folder = tmp_path / "releases"
    for name, content in ((f"targets/{TARGET}", CONTENT), ("metadata/timestamp.json", b"{}"), ("secret.json", b"no")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    city.central.settings = replace(city.central.settings, releases=folder)
    return folder


async def ask(window: Window, path: str, **headers: str) -> httpx.Response:
    if not window.token:
        await window.sign_in()
    return await window.city.client.get(path, headers={**window.headers, **headers})


# who gets what


async def test_a_version_is_offered_to_those_it_is_news_to_until_that_is_stopped(city: City) -> None:
    window = await city.window()
    assert await offered(window) == ""
    await rollouts.offer(city.central, "0.3.1", 100)
    assert [await offered(window, runs) for runs in ("0.3.0", "0.2.0", "0.3.1", "0.4.0", "")] == [
        "0.3.1",
        "0.3.1",
        "",
        "",
        "",
    ]
    await rollouts.offer(city.central, "0.3.2", 100)
    assert await offered(window) == "0.3.2"
    await rollouts.stop(city.central, "0.3.2")
    assert await offered(window) == "0.3.1"
    await rollouts.stop(city.central, "0.3.1")
    assert await offered(window) == ""
    told = await rollouts.told(city.central)
    assert [(one.version, one.stopped) for one in told] == [("0.3.2", True), ("0.3.1", True)]


async def test_a_rollout_may_be_for_the_windows_of_some_points(city: City) -> None:
    here, there = await city.window(POINT), await city.window(OTHER_POINT)
    await rollouts.offer(city.central, "0.3.1", 100, [OTHER_POINT])
    assert (await offered(here), await offered(there)) == ("", "0.3.1")
    with pytest.raises(UnknownPoint):
        await rollouts.offer(city.central, "0.3.2", 100, ["NOWHERE"])
    for version in ("next", "0.3.1/../..", ""):
        with pytest.raises(UnknownVersion):
            await rollouts.offer(city.central, version, 100)
    with pytest.raises(UnknownVersion):
        await rollouts.stop(city.central, "0.9.9")
    assert len(await rollouts.told(city.central)) == 1


async def test_a_window_is_in_a_share_or_not_by_its_place_however_often_it_asks(city: City) -> None:
    window = await city.window()
    place = place_of("0.3.1", window.id)
    await rollouts.offer(city.central, "0.3.1", max(1, place))
    assert await offered(window) == ("" if place else "0.3.1")
    await rollouts.offer(city.central, "0.3.1", place + 1)
    assert [await offered(window) for _ in range(3)] == ["0.3.1"] * 3


def test_a_share_is_about_that_part_of_the_windows_and_a_larger_one_holds_the_smaller() -> None:
    windows = [f"FS{point:04}-{desk:02}" for point in range(767) for desk in range(4)]
    reached = {
        share: {w for w in windows if release_for([Rollout("0.3.1", share)], w, "", "0.3.0")} for share in (5, 30, 100)
    }
    assert reached[5] < reached[30] < reached[100] == set(windows)
    assert 0.03 < len(reached[5]) / len(windows) < 0.07
    assert 0.27 < len(reached[30]) / len(windows) < 0.33
    other = {w for w in windows if release_for([Rollout("0.3.2", 30)], w, "", "0.3.0")}
    assert len(reached[30] & other) < 0.5 * len(other), "not the same windows go first every time"


async def test_a_session_tells_of_no_release_where_none_is_offered(city: City) -> None:
    """A client one version older is not told a member it does not need."""
    window = await city.window()
    await window.sign_in()
    assert "release" not in (await window.get("/v1/session")).json()


# the files


async def test_files_are_served_whole_and_in_parts(city: City, releases: Path) -> None:
    window = await city.window()
    whole = await ask(window, f"/v1/releases/targets/{TARGET}")
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert whole.headers[wire.EPOCH_HEADER]
    assert whole.headers["content-type"] == "application/zstd"
    part = await ask(window, f"/v1/releases/targets/{TARGET}", Range="bytes=1000-1999")
    assert (part.status_code, part.content) == (206, CONTENT[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(CONTENT)}"
    past = await ask(window, f"/v1/releases/targets/{TARGET}", Range=f"bytes={len(CONTENT)}-")
    assert problem_code(past) == "range"
    told = await ask(window, "/v1/releases/metadata/timestamp.json")
    assert (told.status_code, told.content, told.headers["content-type"]) == (200, b"{}", "application/json")


NOT_RELEASES = [
    "metadata/..%2Fsecret.json",
    "metadata/%2e%2e%2fsecret.json",
    "metadata/secret.json",
    "metadata/..",
    "metadata/1.timestamp.json",
    "metadata/0.root.json",
    "metadata/timestamp.json%00",
    "metadata/9.targets.json",
    f"metadata/{TARGET}",
    "targets/timestamp.json",
    "targets/..%2Fmetadata%2Ftimestamp.json",
    "targets/clerk-0.3.1-linux-x86_64.tar.zst.part",
    "targets/clerk-..-linux-x86_64.tar.zst",
    "targets/clerk-0.3.2-linux-x86_64.tar.zst",
]


async def test_nothing_but_releases_is_served_whatever_the_name(city: City, releases: Path) -> None:
    window = await city.window()
    told = {path: problem_code(await ask(window, f"/v1/releases/{path}")) for path in NOT_RELEASES}
    assert set(told.values()) <= {"release-unknown", "not-found"}
    assert len(told) == len(NOT_RELEASES)


async def test_a_link_in_the_folder_leads_nowhere(city: City, releases: Path) -> None:
    (releases / "metadata" / "1.root.json").symlink_to(releases / "secret.json")
    assert problem_code(await ask(await city.window(), "/v1/releases/metadata/1.root.json")) == "release-unknown"


async def test_only_windows_that_are_served_get_them(city: City, releases: Path) -> None:
    path = f"/v1/releases/targets/{TARGET}"
    assert problem_code(await city.client.get(path)) == "token-invalid"
    window = await city.window()
    assert (await ask(window, path)).status_code == 200
    await city.central.revoke_window(window.id)
    assert problem_code(await ask(window, path)) == "window-revoked"


async def test_without_a_folder_there_is_nothing(city: City) -> None:
    assert problem_code(await ask(await city.window(), f"/v1/releases/targets/{TARGET}")) == "release-unknown"
