"""The files central has, and those it lacks: who may read them, and what a restore does to them."""

from __future__ import annotations

from pathlib import Path

import httpx

from sync.central.schema import blobs
from tests.support.city import OTHER_POINT, City, open_city, problem_code
from tests.support.tus import (
    announce,
    append,
    attached,
    begun,
    create,
    parts,
    png,
    send,
    stand,
    whole_files,
)

# what is here, and what is not


async def test_what_a_windows_entries_name_and_central_lacks_is_told_in_their_order(city: City) -> None:
    window, other = await city.window(), await city.window()
    papers = [png(seed=n) for n in range(4)]
    await announce(window, papers[:3])
    await announce(other, papers[3:])
    await send(window, papers[1])
    assert (await window.get("/v1/scans/missing")).json() == {"missing": [papers[0].sha256, papers[2].sha256]}
    assert (await other.get("/v1/scans/missing")).json() == {"missing": [papers[3].sha256]}


async def test_after_a_restore_files_that_are_still_there_need_not_come_again(city: City, shelf: Path) -> None:
    window, papers = await city.window(), [png(seed=n) for n in range(2)]
    await announce(window, papers)
    for paper in papers:
        await send(window, paper)
    async with city.central.database.write() as connection:  # the database is last night's, the folder today's
        await connection.execute(blobs.delete())
    (shelf / papers[1].sha256[:2] / papers[1].sha256).write_bytes(b"damaged".ljust(papers[1].size))
    await city.central.begin_epoch()
    assert len((await window.get("/v1/scans/missing")).json()["missing"]) == 2
    assert (await create(window, papers[0])).headers["upload-offset"] == str(papers[0].size)
    assert (await create(window, papers[1])).headers["upload-offset"] == "0"
    assert (await send(window, papers[1])).status_code == 204
    assert whole_files(shelf) == {paper.sha256: paper.content for paper in papers}


async def test_after_a_restore_files_that_are_gone_are_asked_for_again(city: City, shelf: Path) -> None:
    window, papers = await city.window(), [png(seed=n) for n in range(2)]
    await announce(window, papers)
    for paper in papers:
        await send(window, paper)
    (shelf / papers[1].sha256[:2] / papers[1].sha256).unlink()  # the folder is last night's, the database today's
    assert problem_code(await window.get(f"/v1/scans/{papers[1].sha256}")) == "scan-unknown"
    await city.central.begin_epoch()
    assert (await window.get("/v1/scans/missing")).json() == {"missing": [papers[1].sha256]}
    assert (await send(window, papers[1])).status_code == 204


async def test_a_folder_put_back_without_a_word_is_noticed_by_whoever_asks(city: City, shelf: Path) -> None:
    window, papers = await city.window(), [png(seed=n) for n in range(2)]
    await announce(window, papers)
    for paper in papers:
        await send(window, paper)
    assert (await window.get("/v1/scans/missing")).json() == {"missing": []}
    (shelf / papers[0].sha256[:2] / papers[0].sha256).unlink()
    assert (await window.get("/v1/scans/missing")).json() == {"missing": [papers[0].sha256]}
    assert (await send(window, papers[0])).status_code == 204
    assert (await window.get("/v1/scans/missing")).json() == {"missing": []}
    assert whole_files(shelf) == {paper.sha256: paper.content for paper in papers}


async def test_an_upload_whose_bytes_are_gone_goes_on_from_those_that_are_there(city: City, shelf: Path) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    await append(window, url, 0, paper.content[:3000])
    [part] = parts(shelf)
    part.write_bytes(paper.content[:1000])
    assert await stand(window, url) == 1000
    assert (await append(window, url, 1000, paper.content[1000:])).status_code == 204


async def test_part_of_a_file_can_be_asked_for(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    await send(window, paper)

    async def get(**headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await city.client.get(f"/v1/scans/{paper.sha256}", headers={**window.headers, **named})

    told = await get(Range="bytes=100-299")
    assert (told.status_code, told.content) == (206, paper.content[100:300])
    assert told.headers["content-range"] == f"bytes 100-299/{paper.size}"
    assert told.headers["etag"] == f'"{paper.sha256}"'
    assert (await get(Range="bytes=4990-")).content == paper.content[4990:]
    assert (await get(Range="bytes=-10")).content == paper.content[-10:]
    assert (await get(Range="bytes=100-299", If_Range='"other"')).content == paper.content
    assert (await get(Range="bytes=9999-")).status_code == 416


async def test_a_scan_goes_with_its_case_to_the_point_that_takes_it_up(city: City) -> None:
    here, there, paper = await city.window(), await city.window(OTHER_POINT), png()
    entries = await announce(here, [paper])
    await send(here, paper)
    case = entries[0].subject
    await there.sign_in()
    assert problem_code(await there.get(f"/v1/scans/{paper.sha256}")) == "scan-unknown"
    moved = there.say("case.moved", case, {"to": OTHER_POINT, "on": "2025-06-03", "to_name": "南海"}, seen=2)
    [told] = await there.verdicts([moved])
    assert told.position, told
    assert (await there.get(f"/v1/scans/{paper.sha256}")).content == paper.content
    later = png(seed=9)
    here.n = len(here.journal)
    added = here.say("scan.attached", case, attached(later), seen=3)
    [told] = await here.verdicts([added])
    assert told.position, told
    await send(here, later)
    assert (await there.get(f"/v1/scans/{later.sha256}")).content == later.content


async def test_without_a_folder_files_wait_and_entries_do_not(postgres_url: str) -> None:
    city = await open_city(postgres_url)
    window, paper = await city.window(), png()
    await announce(window, [paper])
    told = await create(window, paper)
    assert (told.status_code, problem_code(told)) == (503, "unavailable")
    assert int(told.headers["retry-after"]) > 0
    assert (await window.get("/v1/scans/missing")).json() == {"missing": [paper.sha256]}
    await city.client.aclose()
    await city.central.close()
