"""Zips that others wrote: what is not changed stays byte for byte, and what is dangerous is refused at once."""

import io
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_state.document import archive
from backend_state.document.archive import Archive
from backend_state.document.problems import BackendProblem
from backend_state.document.state import BackendDocument
from tests.backend_state.backends import BACKENDS, empty, foreign
from tests.backend_state.samples import MOMENT
from tests.backend_state.zips import STREAMED, UTF8, Entry, parts, streamed, written

META = Entry(b"amplify-meta.json")
LINK = 0o120777 << 16


def zip64() -> bytes:
    """Small, and yet in the large form, as some libraries write every archive."""
    plain = written(META)
    at = plain.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<2L", plain, at + 12)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return plain[:at] + end64 + locator + end


def with_zip64_entry() -> bytes:
    return written(replace(META, packed_size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, 4)))


def crowded() -> bytes:
    """A directory of far more lines than its end admits to."""
    line = written(META).split(b"PK\x01\x02")[1].split(b"PK\x05\x06")[0]
    directory = (b"PK\x01\x02" + line) * 200_000
    return directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(directory), 0, 0)


def numerous() -> bytes:
    """As many as it says, and far more than a backend has."""
    line = written(META).split(b"PK\x01\x02")[1].split(b"PK\x05\x06")[0]
    directory = (b"PK\x01\x02" + line) * 60_000
    return directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60_000, 60_000, len(directory), 0, 0)


def nested_bomb() -> bytes:
    """Zeros in zips in a zip: the inner ones are content like any other, and the document never opens them."""
    inner = written(Entry(b"zeros", bytes(4_000_000)))
    return written(META, *(Entry(f"{number}.zip".encode(), inner, method=0) for number in range(50)))


def named(*names: bytes) -> Callable[[], bytes]:
    return lambda: written(META, *(Entry(name, flags=0 if name.isascii() else UTF8) for name in names))


def made(*entries: Entry, comment: bytes = b"", tail: bytes = b"", count: int | None = None) -> Callable[[], bytes]:
    return lambda: written(*entries, comment=comment, tail=tail, count=count)


BAD: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "nothing": (lambda: b"", "NotAZip", "is not a zip"),
    "a page instead": (lambda: b"<Error><Code>AccessDenied</Code></Error>" * 2, "NotAZip", "not a zip"),
    "a JSON file": (lambda: b"{}" * 5000, "NotAZip", "is not a zip"),
    "cut off at the end": (lambda: empty(linked=True)[:-30], "NotAZip", "is not a zip"),
    "cut off at the start": (lambda: empty(linked=True)[30:], "NotAZip", "is not a zip"),
    "only its end": (lambda: empty(linked=True)[-22:], "NotAZip", "is not a zip"),
    "a program in front": (lambda: b"#!/bin/sh\n" + written(META), "NotAZip", "is not a zip"),
    "something behind": (made(META, tail=b"x"), "NotAZip", "is not a zip"),
    "one of several disks": (lambda: written(META)[:-18] + b"\x01\x00" + written(META)[-16:], "NotAZip", "not a zip"),
    "the wrong count": (made(META, count=3), "NotAZip", "is not a zip"),
    "fewer than it has": (made(META, Entry(b"a"), count=1), "NotAZip", "is not a zip"),
    "zip64": (zip64, "NotAZip", "is not a zip"),
    "an entry in zip64": (with_zip64_entry, "NotAZip", "is not a zip"),
    "needs a newer program": (
        lambda: written(META).replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\x7f"), "NotAZip", "not known"
    ),
    "another name in the entry": (made(META, Entry(b"a", local_name=b"b")), "NotAZip", "is not a zip"),
    "two entries at one place": (made(META, Entry(b"amplify-meta.jsom", offset=0)), "NotAZip", "is not a zip"),
    "an entry in another": (
        made(Entry(b"a", written(META), method=0), replace(META, offset=31)), "NotAZip", "is not a zip"
    ),
    "an entry beyond the end": (made(META, Entry(b"a", packed_size=10**6)), "NotAZip", "is not a zip"),
    "an entry nowhere": (made(META, Entry(b"a", offset=0x7FFFFFFF)), "NotAZip", "is not a zip"),
    "a name that is not UTF-8": (made(META, Entry(b"\xff\xfe", flags=UTF8)), "NotAZip", "is not a zip"),
    "up": (named(b"../x"), "UnsafePath", "unpacked elsewhere"),
    "up from below": (named(b"api/../../x"), "UnsafePath", "unpacked elsewhere"),
    "just up": (named(b".."), "UnsafePath", "unpacked elsewhere"),
    "absolute": (named(b"/etc/passwd"), "UnsafePath", "unpacked elsewhere"),
    "a drive": (named(b"C:/x"), "UnsafePath", "unpacked elsewhere"),
    "a drive's folder": (named(b"c:x"), "UnsafePath", "unpacked elsewhere"),
    "backslashes": (named(b"api\\..\\..\\x"), "UnsafePath", "unpacked elsewhere"),
    "a share": (named(b"\\\\host\\x"), "UnsafePath", "unpacked elsewhere"),
    "NUL": (named(b"tags.json\x00/../../x"), "UnsafePath", "unpacked elsewhere"),
    "NUL and nothing else": (named(b"tags.json\x00.exe"), "UnsafePath", "unpacked elsewhere"),
    "no name": (named(b""), "UnsafePath", "unpacked elsewhere"),
    "a link": (made(META, Entry(b"api", b"/etc", attributes=LINK)), "UnsafePath", "links"),
    "a link of another system": (made(META, Entry(b"api", b"/etc", attributes=LINK, system=0)), "UnsafePath", "links"),
    "two of one name": (named(b"amplify-meta.json"), "DuplicateEntry", "two files of one name"),
    "two of one place": (named(b"./amplify-meta.json"), "DuplicateEntry", "two files of one name"),
    "two of one place further down": (named(b"api/x", b"api//x"), "DuplicateEntry", "two files of one name"),
    "two folders of one place": (named(b"api/", b"./api/"), "DuplicateEntry", "two files of one name"),
    "a folder and a file": (named(b"api/", b"api"), "DuplicateEntry", "two files of one name"),
    "a file below a file": (named(b"api/x", b"api"), "DuplicateEntry", "two files of one name"),
    "encrypted": (made(META, Entry(b"a", flags=1)), "UnreadableEntry", "cannot unpack"),
    "strongly encrypted": (made(META, Entry(b"a", flags=0x41)), "UnreadableEntry", "cannot unpack"),
    "with its directory encrypted": (made(META, Entry(b"a", flags=0x2000)), "UnreadableEntry", "cannot unpack"),
    "bzip2": (made(META, Entry(b"a", method=zipfile.ZIP_BZIP2)), "UnreadableEntry", "cannot unpack"),
    "an unknown method": (made(META, Entry(b"a", method=77)), "UnreadableEntry", "cannot unpack"),
    "a bomb": (made(META, Entry(b"a", bytes(3_000_000))), "ZipBomb", "far more than a backend is"),
    "a bomb that claims": (
        made(META, *(Entry(f"{n}".encode(), method=0, size=900_000) for n in range(2500))), "ZipBomb", "far more than"
    ),
    "a bomb in meta": (made(replace(META, content=bytes(3_000_000))), "ZipBomb", "far more than a backend is"),
    "many lines": (numerous, "TooManyEntries", "more files than"),
    "many more lines than it says": (crowded, "NotAZip", "is not a zip"),
    "longer than it says": (made(replace(META, content=b'{"a": 1}', size=4)), "DamagedEntry", "as long as it claims"),
    "longer, and a checksum to match": (
        made(replace(META, content=b"{}{}", size=2, crc=zlib.crc32(b"{}"))), "DamagedEntry", "as long as it claims"
    ),
    "stored, and longer than it says": (
        made(replace(META, content=b"{}{}", method=0, size=2, crc=zlib.crc32(b"{}"))), "DamagedEntry", "as it claims"
    ),
    "shorter than it says": (made(replace(META, size=4000)), "DamagedEntry", "as long as it claims"),
    "another checksum": (made(replace(META, crc=7)), "DamagedEntry", "is damaged"),
    "not packed as it says": (
        lambda: written(replace(META, content=b"\xff\xff{}", method=0)).replace(bytes(3) + b"\x50", b"\x08\0\0\x50"),
        "DamagedEntry", "amplify-meta.json",
    ),
    "packed without an end": (made(replace(META, packed_size=3)), "DamagedEntry", "amplify-meta.json"),
    "a huge meta": (
        made(replace(META, content=b"{}", size=65 * 1024**2)), "ZipBomb", "far more than a backend is"
    ),
    "no meta": (made(Entry(b"backend-config.json")), "NoMeta", "no amplify-meta.json"),
    "meta in a folder": (made(Entry(b"backend/amplify-meta.json")), "NoMeta", "no amplify-meta.json"),
    "nothing in it": (made(), "NoMeta", "no amplify-meta.json"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_archive_is_refused_at_once_with_words_and_a_way_out(case: str) -> None:
    make, code, words = BAD[case]
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(BackendProblem) as caught:
            BackendDocument.parse(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.code == code
    assert words in caught.value.words
    assert "amplify push" in caught.value.next_step
    assert "\0" not in caught.value.detail
    assert peak < 30_000_000


def test_an_archive_larger_than_is_read_is_refused_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    data = empty(linked=True)
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE", len(data) - 1)
    with pytest.raises(BackendProblem, match="larger than") as caught:
        Archive.parse(data)
    assert caught.value.code == "ArchiveTooLarge"
    assert caught.value.next_step


def test_a_file_above_the_limit_is_refused_when_it_is_read_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Archive.parse(written(META, Entry(b"large.bin", bytes(range(256)) * 40, method=0)))
    monkeypatch.setattr(archive, "LARGEST_FILE", 10_000)
    with pytest.raises(BackendProblem, match="large.bin is too large") as caught:
        found.read("large.bin")
    assert caught.value.code == "FileTooLarge"


def test_zips_within_the_zip_are_content_like_any_other() -> None:
    data = nested_bomb()
    document = BackendDocument.parse(data)
    assert len(document.names) == 51
    assert document.render(MOMENT) == data


def test_a_file_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Archive.parse(written(META)).read("tags.json")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_broken_in_an_archive_ends_in_a_problem_or_in_content(data: st.DataObject) -> None:
    broken = bytearray(foreign(linked=True))
    # Most damage that matters is in the headers; the directory lies at the end.
    places = st.integers(0, len(broken) - 1) | st.integers(len(broken) - 1500, len(broken) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        broken[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0xFF, broken[place] ^ 0x10]))
    cut = data.draw(st.sampled_from([len(broken), len(broken), 60, len(broken) // 2]))
    # No other exception, and no content that its checksum does not vouch for.
    with suppress(BackendProblem):
        document = BackendDocument.parse(bytes(broken[:cut]))
        prints = document.archive.fingerprints()
        assert all(archive.Fingerprint.of(document.read(name)) == prints[name] for name in document.names)


# --- Changing ---


@pytest.mark.parametrize("backend", BACKENDS)
def test_all_content_is_read_as_zipfile_reads_it(backend: str) -> None:
    data = BACKENDS[backend](linked=True)
    found = Archive.parse(data)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert list(found.names) == [name for name in opened.namelist() if not name.endswith("/")]
        assert {name: found.read(name) for name in found.names} == {name: opened.read(name) for name in found.names}
    assert found.fingerprints() == {
        name: archive.Fingerprint.of(body) for name in found.names for body in (found.read(name),)
    }


def assert_sound(data: bytes, tmp_path: Path | None = None) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
    if tmp_path is not None and shutil.which("unzip"):
        path = tmp_path / "backend.zip"
        path.write_bytes(data)
        tested = subprocess.run(["unzip", "-t", path], capture_output=True, text=True, timeout=30)
        assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_not_changed_stays_byte_for_byte(backend: str, tmp_path: Path) -> None:
    data = BACKENDS[backend](linked=True)
    found = Archive.parse(data)
    gone, replaced = "auth/shop/parameters.json", "amplify-meta.json"
    result = found.changed({gone: None, replaced: b"[new]", "neu/ü.json": b"{}", "absent": None}, moment=MOMENT)
    assert_sound(result, tmp_path)
    before, after = parts(data), parts(result)
    assert list(after) == [*(name for name in before if name != gone), "neu/ü.json"]
    touched = {gone, replaced, "neu/ü.json"}
    assert {n: one for n, one in after.items() if n not in touched} == {
        n: one for n, one in before.items() if n not in touched
    }
    with zipfile.ZipFile(io.BytesIO(result)) as opened, zipfile.ZipFile(io.BytesIO(data)) as original:
        assert opened.read(replaced) == b"[new]"
        assert opened.read("neu/ü.json") == b"{}"
        assert opened.comment == original.comment
        assert opened.getinfo(replaced).date_time == (2026, 4, 1, 8, 9, 10)
        assert opened.getinfo(replaced).external_attr >> 16 == 0o100644
    assert Archive.parse(result).comment == found.comment


def test_nothing_changed_is_the_same_archive() -> None:
    data = foreign(linked=True)
    assert Archive.parse(data).changed({}, moment=MOMENT) == data


def test_an_archive_may_begin_with_nothing_in_it() -> None:
    first = Archive.parse(archive.new({}, moment=MOMENT))
    assert first.names == ()
    assert Archive.parse(first.changed({"a": b"1"}, moment=MOMENT)).read("a") == b"1"


@pytest.mark.parametrize("moment", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 59, tzinfo=UTC)])
def test_any_moment_dates_a_new_file(moment: datetime) -> None:
    data = archive.new({"tags.json": b"[]"}, moment=moment)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.infolist()[0].date_time[0] == max(moment.year, 1980)


names = st.text(st.characters(exclude_characters="\\\0:/", exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)
contents = st.binary(max_size=60) | st.binary(min_size=1, max_size=4).map(lambda piece: piece * 500)
entries = st.builds(
    Entry,
    name=names.map(str.encode),
    content=contents,
    method=st.sampled_from([0, 8]),
    flags=st.sampled_from([UTF8, UTF8 | STREAMED]),
    system=st.sampled_from([0, 3, 19]),
    attributes=st.sampled_from([0, 0x20, 0o100755 << 16]),
    extra=st.sampled_from([b"", b"UT\x05\x00\x01\x00\xa5\xa1\x69", b"\x34\x12\x02\x00ab"]),
    comment=st.binary(max_size=5),
)
archives = st.builds(
    lambda found, comment: written(*found, comment=comment),
    st.lists(entries, max_size=6, unique_by=lambda one: one.name),
    st.binary(max_size=9).filter(lambda comment: b"PK" not in comment),
)


@settings(max_examples=50, deadline=None)
@given(archives, st.data())
def test_any_change_leaves_every_other_entry_as_it_is(data: bytes, draw: st.DataObject) -> None:
    found = Archive.parse(data)
    keys = st.sampled_from([*found.names, "neu"]) | names
    changes = draw.draw(st.dictionaries(keys, st.none() | contents, max_size=4))
    result = found.changed(changes, moment=MOMENT)
    assert_sound(result)
    before, after = parts(data), parts(result)
    assert {n: one for n, one in after.items() if n not in changes} == {
        n: one for n, one in before.items() if n not in changes
    }
    again = Archive.parse(result)
    assert {n: again.read(n) for n in again.names if n in changes} == {
        n: body for n, body in changes.items() if body is not None
    }
    # Taking back what was done gives the very bytes, but for what was written anew.
    assert parts(again.changed(dict.fromkeys(changes), moment=MOMENT)) == {
        n: one for n, one in before.items() if n not in changes
    }


def test_a_streamed_archive_keeps_its_data_descriptors() -> None:
    data = streamed({"a": b"1" * 500, "b": b"2" * 500, "c/": b""}, comment=b"kept")
    result = Archive.parse(data).changed({"a": None}, moment=MOMENT)
    assert b"PK\x07\x08" in parts(result)["b"][0]
    assert parts(result)["b"] == parts(data)["b"]
