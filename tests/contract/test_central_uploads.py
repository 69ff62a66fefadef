"""tus 1.0.0 at central: files come in pieces over bad lines, are proven, and are nobody else's while they come."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clerk_app.domain.scan_content import JPEG, PDF, PNG
from tests.support.city import OTHER_POINT, City, problem_code
from tests.support.tus import (
    PATCH,
    TUS,
    Slow,
    announce,
    append,
    attached,
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

# what is said


async def test_the_configuration_is_told_to_anybody(city: City) -> None:
    told = await city.client.options("/v1/uploads")
    assert told.status_code == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert told.headers["tus-max-size"] == str(20 << 20)
    assert set(told.headers["tus-extension"].split(",")) == {"creation", "expiration", "termination", "checksum"}
    assert set(told.headers["tus-checksum-algorithm"].split(",")) == {"sha1", "sha256"}


@pytest.mark.parametrize("media", [JPEG, PNG, PDF])
async def test_a_file_comes_in_pieces_is_proven_and_can_be_read_at_its_point(
    city: City, shelf: Path, media: str
) -> None:
    window, paper = await city.window(), picture(media)
    await announce(window, [paper])
    told = await create(window, paper)
    assert (told.status_code, told.headers["tus-resumable"], told.headers["upload-offset"]) == (201, "1.0.0", "0")
    url, at = told.headers["location"], 0
    assert "upload-expires" in told.headers
    for end in (1, paper.size // 2, paper.size - 1, paper.size):
        assert await held(city) == []
        told = await append(window, url, at, paper.content[at:end])
        assert (told.status_code, told.headers["upload-offset"]) == (204, str(end)), told.text
        assert told.headers["tus-resumable"] == "1.0.0"
        assert await stand(window, url) == end
        at = end
    assert await held(city) == [paper.sha256]
    assert whole_files(shelf) == {paper.sha256: paper.content}
    assert (shelf / paper.sha256[:2] / paper.sha256).is_file()
    assert parts(shelf) == []
    read = await window.get(f"/v1/scans/{paper.sha256}")
    assert (read.status_code, read.content, read.headers["content-type"]) == (200, paper.content, media)


async def test_head_tells_length_metadata_and_that_nobody_may_cache_it(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    told = await city.client.head(await begun(window, paper), headers={**window.headers, **TUS})
    assert told.headers["upload-length"] == str(paper.size)
    assert told.headers["upload-metadata"] == paper.metadata
    assert told.headers["cache-control"] == "no-store"
    assert "upload-expires" in told.headers


async def test_whoever_does_not_speak_tus_1_is_told_the_version(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    for version in ({}, {"Tus-Resumable": "0.2.2"}):
        for method, where in (("POST", "/v1/uploads"), ("HEAD", url), ("PATCH", url), ("DELETE", url)):
            told = await city.client.request(method, where, headers={**window.headers, **version})
            assert told.status_code == 412
            assert method == "HEAD" or problem_code(told) == "tus-version"
            assert told.headers["tus-version"] == "1.0.0"
            assert told.headers["tus-resumable"] == "1.0.0"


async def test_the_method_may_be_said_in_a_header(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    headers = {**window.headers, **PATCH, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    told = await city.client.post(url, headers=headers, content=paper.content)
    assert (told.status_code, told.headers["upload-offset"]) == (204, str(paper.size))


async def test_without_a_session_nothing_is_said_of_uploads(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    for method, where in (("POST", "/v1/uploads"), ("HEAD", url), ("PATCH", url), ("DELETE", url)):
        told = await city.client.request(method, where, headers=TUS)
        assert (told.status_code, told.headers["tus-resumable"]) == (401, "1.0.0")
    assert (await city.client.get(f"/v1/scans/{paper.sha256}")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload_Length": "x"}, 422, "malformed"),
        ({"Upload_Length": "-1"}, 422, "malformed"),
        ({"Upload_Length": str((20 << 20) + 1)}, 413, "too-large"),
        ({"Upload_Length": "4999"}, 422, "scan-refused"),
        ({"Upload_Defer_Length": "1"}, 422, "malformed"),
        ({"Upload_Concat": "partial"}, 422, "malformed"),
        ({"Upload_Metadata": ""}, 422, "malformed"),
        ({"Upload_Metadata": "sha256 ###"}, 422, "malformed"),
        ({"Upload_Metadata": "sha256 YQ==,sha256 YQ=="}, 422, "malformed"),
        ({"Upload_Metadata": "sha256 YQ=="}, 409, "scan-unannounced"),
    ],
)
async def test_a_beginning_that_cannot_be_is_refused(
    city: City, headers: dict[str, str], status: int, code: str
) -> None:
    window, paper = await city.window(), png(5000)
    await announce(window, [paper])
    told = await create(window, paper, **headers)
    assert (told.status_code, problem_code(told)) == (status, code)


async def test_metadata_central_does_not_know_is_heard_and_not_kept(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    named = base64.b64encode("李四的身份证.png".encode()).decode()
    told = await create(window, paper, Upload_Metadata=f"filename {named}, {paper.metadata},is_confidential")
    head = await city.client.head(told.headers["location"], headers={**window.headers, **TUS})
    assert head.headers["upload-metadata"] == paper.metadata


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content_Type": "application/octet-stream"}, 415, "media-type"),
        ({"Content_Encoding": "gzip"}, 415, "media-type"),
        ({"Upload_Offset": "x"}, 422, "malformed"),
        ({"Upload_Offset": ""}, 422, "malformed"),
        ({"Upload_Offset": "1"}, 409, "upload-offset"),
        ({"Upload_Offset": "100000"}, 409, "upload-offset"),
        ({"Upload_Checksum": "crc32 AAAA"}, 422, "malformed"),
        ({"Upload_Checksum": "sha1 AAAA"}, 460, "upload-checksum"),
    ],
)
async def test_a_piece_that_does_not_fit_moves_nothing(
    city: City, headers: dict[str, str], status: int, code: str
) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    told = await append(window, url, 0, paper.content[:100], **headers)
    assert (told.status_code, problem_code(told)) == (status, code)
    assert await stand(window, url) == 0
    told = await append(window, url, 0, paper.content)
    assert told.status_code == 204


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_piece_whose_checksum_holds_is_taken(city: City, algorithm: str) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    for at in (0, 2500):
        piece = paper.content[at : at + 2500]
        digest = base64.b64encode(hashlib.new(algorithm, piece).digest()).decode()
        assert (await append(window, url, at, piece, Upload_Checksum=f"{algorithm} {digest}")).status_code == 204
    assert await held(city) == [paper.sha256]


async def test_more_than_the_length_is_not_taken_whether_it_is_said_before_or_not(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)

    async def unsaid() -> AsyncIterator[bytes]:
        yield paper.content
        yield b"x"

    for content in (paper.content + b"x", unsaid()):
        told = await append(window, url, 0, content)
        assert (told.status_code, problem_code(told)) == (413, "too-large")
        assert await held(city) == []
    assert (await append(window, url, 0, paper.content)).status_code == 204


async def test_nothing_more_comes_to_a_whole_file_and_its_place_is_still_told(city: City) -> None:
    window, paper = await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    await append(window, url, 0, paper.content)
    assert await stand(window, url) == paper.size
    assert (await append(window, url, paper.size, b"")).status_code == 204
    assert (await append(window, url, paper.size, b"x")).status_code == 413
    assert (await append(window, url, 0, paper.content)).status_code == 409


# who may


async def test_no_file_comes_before_its_entry(city: City) -> None:
    window, paper = await city.window(), png()
    await window.sign_in()
    told = await create(window, paper)
    assert (told.status_code, problem_code(told)) == (409, "scan-unannounced")
    await announce(window, [paper])
    assert (await send(window, paper)).status_code == 204


async def test_an_entry_that_was_refused_announces_nothing(city: City) -> None:
    window, paper = await city.window(), png()
    case = window.receive()
    wrong = window.say("scan.attached", case.subject, attached(paper, material="none-such"), seen=1)
    [_, told] = await window.verdicts([case, wrong])
    assert told.position is None
    assert problem_code(await create(window, paper)) == "scan-unannounced"


async def test_an_entry_of_another_point_announces_nothing_here(city: City) -> None:
    here, there, paper = await city.window(), await city.window(OTHER_POINT), png()
    await announce(there, [paper])
    await send(there, paper)
    await here.sign_in()
    assert problem_code(await create(here, paper)) == "scan-unannounced"
    assert problem_code(await here.get(f"/v1/scans/{paper.sha256}")) == "scan-unknown"


async def test_no_window_reads_goes_on_with_or_ends_anothers_upload(city: City) -> None:
    mine, other, paper = await city.window(), await city.window(), png()
    await announce(mine, [paper])
    await other.sign_in()
    url = await begun(mine, paper)
    await append(mine, url, 0, paper.content[:10])
    for told in (
        await city.client.head(url, headers={**other.headers, **TUS}),
        await append(other, url, 10, paper.content[10:]),
        await city.client.delete(url, headers={**other.headers, **TUS}),
    ):
        assert told.status_code == 404
        assert told.request.method == "HEAD" or problem_code(told) == "upload-unknown"
    assert await stand(mine, url) == 10


@pytest.mark.parametrize("name", ["x", "../../etc/passwd", "%00", "a" * 43, "a" * 4000, "上传"])
async def test_an_upload_nobody_began_is_unknown(city: City, name: str) -> None:
    window = await city.window()
    await window.sign_in()
    told = await city.client.head(f"/v1/uploads/{name}", headers={**window.headers, **TUS})
    assert told.status_code == 404


async def test_a_window_that_was_revoked_adds_nothing_even_to_what_it_is_sending(city: City) -> None:
    window, other, paper = await city.window(), await city.window(), png()
    await announce(window, [paper])
    url = await begun(window, paper)
    sending = Slow(window, url, 0, paper.size)
    await sending.let(paper.content[:100])
    await city.central.revoke_window(window.id)
    await sending.let(paper.content[100:], more=False)
    assert await sending.ended() == 403
    assert await held(city) == []
    assert other.id != window.id
