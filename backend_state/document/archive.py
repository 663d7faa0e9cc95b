"""A zip that somebody else wrote: read with suspicion, changed without touching what is not changed.

An unchanged entry is copied as the bytes it is made of, its header and its compressed data, so that nothing about it
can change and nothing is compressed twice. The format: PKWARE's APPNOTE, sections 4.3.7 (local header), 4.3.12 (central
directory) and 4.3.16 (end of central directory).
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from backend_state.document.problems import BackendProblem, damaged, listed

LARGEST_ARCHIVE = 200 * 1024 * 1024
"""Bytes of a zip that is read at all: it is held in memory, once as it was and once as it will be."""
LARGEST_CONTENT = 2 * 1024 * 1024 * 1024
"""Bytes all entries may claim to hold together; the Amplify CLI would unpack them onto a developer's disk."""
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one entry that is unpacked here."""
MOST_ENTRIES = 50_000
MOST_BOMB_LIKE = 250
"""How many times its own size an entry may unpack to; text of repeated lines stays far below."""
BOMB_FROM = 1024 * 1024

_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ENTRY_SIGNATURE, _END_SIGNATURE = b"PK\x01\x02", b"PK\x05\x06"
_OFFSET_OF_OFFSET = 42
_KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells two contents apart without unpacking them: the zip's own checksum and the size in bytes."""

    crc: int
    size: int


@dataclass(frozen=True, slots=True)
class Archive:
    """A checked zip. `infos` are in the archive's own order; folders are among them."""

    data: bytes
    infos: tuple[zipfile.ZipInfo, ...]

    @classmethod
    def parse(cls, data: bytes) -> "Archive":
        """Raises BackendProblem unless every entry can be unpacked safely below one folder."""
        if len(data) > LARGEST_ARCHIVE:
            raise too_large(len(data))
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                infos = tuple(opened.infolist())
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, struct.error, EOFError, OSError) as error:
            raise damaged("NotAZip", "#current-cloud-backend.zip is not a zip archive.", str(error)) from error
        except NotImplementedError as error:
            raise damaged("NotAZip", "#current-cloud-backend.zip uses a form of zip that is not known.") from error
        _refuse_unsafe(infos)
        return cls(data=data, infos=infos)

    @property
    def names(self) -> tuple[str, ...]:
        """The files, without folders."""
        return tuple(info.filename for info in self.infos if not info.is_dir())

    def __contains__(self, name: str) -> bool:
        return any(info.filename == name for info in self.infos)

    def fingerprints(self) -> dict[str, Fingerprint]:
        """Every file's name and what its content is like."""
        return {info.filename: Fingerprint(info.CRC, info.file_size) for info in self.infos if not info.is_dir()}

    def read(self, name: str) -> bytes:
        """The file's content. Raises KeyError when there is none, BackendProblem when it cannot be unpacked."""
        info = next((one for one in self.infos if one.filename == name), None)
        if info is None:
            raise KeyError(name)
        if info.file_size > LARGEST_FILE:
            raise damaged("FileTooLarge", f"{name} is too large to be read here.", f"{info.file_size:,} bytes")
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as opened, opened.open(info) as content:
                # The size in the header is a claim; one byte more than it says is proof of the contrary.
                text = content.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise damaged("DamagedEntry", f"{name} in #current-cloud-backend.zip is damaged.", str(error)) from error
        if len(text) != info.file_size:
            raise damaged("DamagedEntry", f"{name} in #current-cloud-backend.zip is not as long as it claims.")
        return text

    def changed(self, changes: Mapping[str, bytes | None], *, moment: datetime) -> bytes:
        """The archive with these files replaced or added (bytes) or taken out (None); all else stays byte for byte.

        A replaced file keeps its place; new ones come last. `moment` dates what is written here.
        """
        written = _written({name: body for name, body in changes.items() if body is not None}, moment)
        kept = [written.pop(name, record) for name, record in _records(self.data) if changes.get(name, b"") is not None]
        return _assembled([*kept, *written.values()])


def too_large(size: int) -> BackendProblem:
    return BackendProblem(
        "ArchiveTooLarge",
        f"#current-cloud-backend.zip is larger than {LARGEST_ARCHIVE // 1024**2} MB, which the console does not read.",
        next_step="Push this environment with the Amplify CLI, or take large files out of the backend folder.",
        detail=f"{size:,} bytes",
    )


def _refuse_unsafe(infos: tuple[zipfile.ZipInfo, ...]) -> None:
    names = [info.filename for info in infos]
    if len(names) > MOST_ENTRIES:
        raise damaged("TooManyEntries", "#current-cloud-backend.zip has more files than a backend ever has.")
    unsafe = [name for name in names if _leads_away(name)]
    if unsafe:
        raise damaged(
            "UnsafePath", "#current-cloud-backend.zip has entries that would be unpacked elsewhere.", listed(unsafe)
        )
    links = [info.filename for info in infos if stat.S_ISLNK(info.external_attr >> 16)]
    if links:
        raise damaged("UnsafePath", "#current-cloud-backend.zip has links in it instead of files.", listed(links))
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1}) if len(names) < 2000 else []
        raise damaged("DuplicateEntry", "#current-cloud-backend.zip has two files of one name.", listed(twice))
    locked = [info.filename for info in infos if info.flag_bits & 0x1 or info.compress_type not in _KNOWN_METHODS]
    if locked:
        raise damaged(
            "UnreadableEntry",
            "#current-cloud-backend.zip has entries that Amplify's tools cannot unpack.",
            listed(locked),
        )
    total = sum(info.file_size for info in infos)
    swollen = [
        info.filename
        for info in infos
        if info.file_size > BOMB_FROM and info.file_size > MOST_BOMB_LIKE * max(1, info.compress_size)
    ]
    if total > LARGEST_CONTENT or swollen:
        raise damaged(
            "ZipBomb",
            "#current-cloud-backend.zip would unpack to far more than a backend is, so it was not unpacked.",
            f"{total:,} bytes; {listed(swollen)}" if swollen else f"{total:,} bytes",
        )


def _leads_away(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return (
        not name
        or name.startswith(("/", "\\"))
        or ".." in parts
        or "\\" in name
        or "\0" in name
        or (len(name) > 1 and name[1] == ":")
    )


@dataclass(frozen=True, slots=True)
class _Record:
    """An entry's two parts: the local header with its data, and its line in the central directory."""

    local: memoryview
    central: bytes


def _records(data: bytes) -> Iterator[tuple[str, _Record]]:
    """The entries of a checked archive in its order. Raises BackendProblem where the parts do not fit together."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        infos = opened.infolist()
        start = opened.start_dir
    ends = _ends([info.header_offset for info in infos], start)
    view, at = memoryview(data), start
    for info in infos:
        fields = _CENTRAL.unpack_from(data, at)
        length = _CENTRAL.size + sum(fields[10:13])
        if fields[0] != _ENTRY_SIGNATURE or 0xFFFFFFFF in (fields[8], fields[9], fields[16]):
            raise damaged("NotAZip", "#current-cloud-backend.zip is written in a way that is not known.")
        yield info.filename, _Record(view[info.header_offset : ends[info.header_offset]], data[at : at + length])
        at += length


def _ends(offsets: list[int], start_of_directory: int) -> dict[int, int]:
    """Where each local part ends: where the next one begins."""
    ordered = sorted({*offsets, start_of_directory})
    return dict(zip(ordered, ordered[1:], strict=False))


def _written(files: Mapping[str, bytes], moment: datetime) -> dict[str, _Record]:
    if not files:
        return {}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as new:
        for name, body in files.items():
            info = zipfile.ZipInfo(name, date_time=max(moment.astimezone(UTC), _EARLIEST).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            new.writestr(info, body)
    return dict(_records(buffer.getvalue()))


def _assembled(records: list[_Record]) -> bytes:
    out, directory = io.BytesIO(), io.BytesIO()
    for record in records:
        offset = out.tell()
        out.write(record.local)
        directory.write(record.central[:_OFFSET_OF_OFFSET])
        directory.write(struct.pack("<L", offset))
        directory.write(record.central[_OFFSET_OF_OFFSET + 4 :])
    start = out.tell()
    if start + directory.tell() > 0xFFFFFFFF or len(records) > 0xFFFF:
        raise too_large(start)
    out.write(directory.getbuffer())
    out.write(_END.pack(_END_SIGNATURE, 0, 0, len(records), len(records), directory.tell(), start, 0))
    return out.getvalue()


def new(files: Mapping[str, bytes], *, moment: datetime) -> bytes:
    """A zip of these files, in this order."""
    return _assembled(list(_written(files, moment).values()))
