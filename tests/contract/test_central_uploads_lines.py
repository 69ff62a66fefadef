"""What bad lines, wrong content and time do to uploads at central."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import select

from clerk_app.domain.scan_content import JPEG, PDF, PNG
from sync.central.files import upload_rows
from sync.central.schema import uploads
from tests.support.city import OTHER_POINT, City, problem_code
from tests.support.tus import (
    TUS,
    Paper,
    Slow,
    announce,
    append,
    begun,
    create,
    held,
    parts,
    picture,
    png,
    send,
    stand,
    whole_files,
)

# bad lines


async def test_what_came_before_a_cut_is_kept(city: City) -> None:
    window, paper = await city.window(), png(300_000)
    await announce(window, [paper])
    url = await begun(window, paper)
    at = 0
    for more in (1, 70_000, 65_536, 99_999):
        sending = Slow(window, url, at, paper.size - at)
        await sending.let(paper.content[at : at + more])
        await sending.cut()
        at += more
        assert await stand(window, url) == at
    assert (await append(window, url, at, paper.content[at:])).status_code == 204
    assert await held(city) == [paper.sha256]


async def test_a_piece_with_a_checksum_is_kept_whole_or_not_at_all(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    digest = base64.b64encode(hashlib.sha1(paper.content).digest()).decode()  # noqa: S324 - the algorithm tus demands
    told = await append(window, url, 0, paper.content[:100], Upload_Checksum=f"sha1 {digest}")
    assert told.status_code == 460
    assert await stand(window, url) == 0


async def test_head_ends_a_dying_request_and_tells_what_it_brought(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    silent = Slow(window, url, 0, paper.size)
    await silent.let(paper.content[:1234])
    assert await stand(window, url) == 1234
    assert await silent.ended() == 409
    assert (await append(window, url, 1234, paper.content[1234:])).status_code == 204


async def test_a_body_that_falls_silent_is_not_waited_for_for_ever(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.central.files.tus.SILENCE", 0.2)
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    silent = Slow(window, url, 0, paper.size)
    await silent.let(paper.content[:77])
    assert await silent.ended() == 409
    assert await stand(window, url) == 77


async def test_of_two_requests_at_once_exactly_one_advances(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    told = await asyncio.gather(*(append(window, url, 0, paper.content[:3000]) for _ in range(4)))
    assert sorted(answer.status_code for answer in told) == [204, 409, 409, 409]
    assert await stand(window, url) == 3000
    told = await asyncio.gather(*(append(window, url, 3000, paper.content[3000:]) for _ in range(2)))
    assert sorted(answer.status_code for answer in told) == [204, 409]
    assert await held(city) == [paper.sha256]


async def test_a_second_request_waits_for_the_first_and_writes_nothing_over_it(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    first = Slow(window, url, 0, 4000)
    await first.let(paper.content[:2000])
    second = asyncio.ensure_future(append(window, url, 0, b"\xff" * 3000))
    await first.let(paper.content[2000:4000], more=False)
    assert await first.ended() == 204
    assert (await second).status_code == 409
    assert (await append(window, url, 4000, paper.content[4000:])).status_code == 204


# what it must be


@pytest.mark.parametrize(
    ("content", "media"),
    [
        pytest.param(b"MZ" + bytes(3000), JPEG, id="a program"),
        pytest.param(b"<html>" + b" " * 3000, PDF, id="a page"),
        pytest.param(picture(PNG).content, JPEG, id="another kind"),
        pytest.param(picture(JPEG).content[:-2], JPEG, id="cut short"),
        pytest.param(picture(PNG).content + b"PK\3\4" + bytes(200), PNG, id="something behind it"),
        pytest.param(b"%PDF-1.7\n" + bytes(500), PDF, id="only the beginning"),
    ],
)
async def test_content_that_is_not_of_the_kind_is_refused_and_leaves_nothing(
    city: City, shelf: Path, content: bytes, media: str
) -> None:
    window, paper = await city.window(), Paper(content, media)
    await announce(window, [paper])
    url = await begun(window, paper)
    told = await append(window, url, 0, content)
    assert (told.status_code, problem_code(told)) == (422, "scan-refused")
    assert (await city.client.head(url, headers={**window.headers, **TUS})).status_code == 404
    assert (await held(city), whole_files(shelf), parts(shelf)) == ([], {}, [])


async def test_bytes_that_are_not_the_ones_that_were_announced_are_refused(city: City) -> None:
    window, paper, other = await city.window(), png(seed=1), png(seed=2)
    await announce(window, [paper])
    told = await append(window, await begun(window, paper), 0, other.content)
    assert (told.status_code, problem_code(told)) == (422, "scan-refused")
    assert (await send(window, paper)).status_code == 204


async def test_a_file_that_is_here_already_is_not_sent_again_from_wherever_it_came(city: City) -> None:
    here, there, paper = await city.window(), await city.window(OTHER_POINT), png()
    await announce(here, [paper])
    await send(here, paper)
    await announce(there, [paper])
    told = await create(there, paper)
    assert (told.status_code, told.headers["upload-offset"]) == (201, str(paper.size))
    assert await stand(there, told.headers["location"]) == paper.size
    assert (await there.get(f"/v1/scans/{paper.sha256}")).content == paper.content


async def test_two_windows_may_send_the_same_file_at_the_same_time(city: City, shelf: Path) -> None:
    one, two, paper = await city.window(), await city.window(), png()
    await announce(one, [paper])
    await two.sign_in()
    urls = [await begun(one, paper), await begun(two, paper)]
    told = await asyncio.gather(append(one, urls[0], 0, paper.content), append(two, urls[1], 0, paper.content))
    assert [answer.status_code for answer in told] == [204, 204]
    assert (await held(city), whole_files(shelf)) == ([paper.sha256], {paper.sha256: paper.content})


# how it ends


async def test_an_upload_that_was_given_up_is_gone_with_its_bytes(city: City, shelf: Path) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    await append(window, url, 0, paper.content[:10])
    told = await city.client.delete(url, headers={**window.headers, **TUS})
    assert (told.status_code, told.headers["tus-resumable"]) == (204, "1.0.0")
    assert (await append(window, url, 10, paper.content[10:])).status_code == 404
    assert parts(shelf) == []


async def test_giving_up_what_is_whole_takes_the_file_from_nobody(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    await append(window, url, 0, paper.content)
    assert (await city.client.delete(url, headers={**window.headers, **TUS})).status_code == 204
    assert (await window.get(f"/v1/scans/{paper.sha256}")).content == paper.content


async def test_an_upload_nobody_goes_on_with_expires_and_is_swept(city: City, shelf: Path) -> None:
    window, papers = await city.window(), [png(seed=n) for n in range(2)]
    await announce(window, papers)
    left, alive = [await begun(window, paper) for paper in papers]
    await append(window, left, 0, papers[0].content[:10])
    city.clock.advance(days=5)
    await window.sign_in()
    await append(window, alive, 0, papers[1].content[:10])
    city.clock.advance(days=3)
    await window.sign_in()
    told = await city.client.head(left, headers={**window.headers, **TUS})
    assert told.status_code == 404
    assert await stand(window, alive) == 10
    await begun(window, papers[0])
    async with city.central.database.read() as connection:
        rows = set((await connection.execute(select(uploads.c.id))).scalars())
    assert left.rpartition("/")[2] not in rows
    assert [path.name for path in parts(shelf)] == [alive.rpartition("/")[2]]


async def test_a_window_has_so_many_uploads_under_way_and_no_more(city: City, shelf: Path) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    urls = []
    for _ in range(upload_rows.MOST_OPEN + 3):
        city.clock.advance(seconds=1)
        urls.append(await begun(window, paper))
        await append(window, urls[-1], 0, paper.content[:10])
    assert len(parts(shelf)) == upload_rows.MOST_OPEN
    assert await stand(window, urls[-1]) == 10
    assert (await city.client.head(urls[0], headers={**window.headers, **TUS})).status_code == 404
