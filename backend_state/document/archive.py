"""A zip that somebody else wrote: read with suspicion, changed without touching what is not changed.

An unchanged entry is copied as the bytes it is made of, its header and its compressed data, so that nothing about it
can change and nothing is compressed twice.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from backend_state.document import zip_layout
from backend_state.document.problems import BackendProblem, damaged, listed
from backend_state.document.zip_layout import LayoutError, Record, TooManyEntriesError

LARGEST_ARCHIVE = 200 * 1024 * 1024
"""Bytes of a zip that is read at all: it is held in memory, once as it was and once as it will be."""
LARGEST_CONTENT = 2 * 1024 * 1024 * 1024
"""Bytes all entries may claim to hold together; the Amplify CLI would unpack them onto a developer's disk."""
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one entry that is unpacked here."""
MOST_ENTRIES = 50_000
MOST_BOMB_LIKE = 100
"""How many times its own size an entry may unpack to; text of repeated lines stays far below."""
BOMB_FROM = 1024 * 1024

_KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCKED = 0x1 | 0x20 | 0x40 | 0x2000
"""Flags of an entry that is encrypted or a patch of another one."""
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells two contents apart without unpacking them: the zip's own checksum and the size in bytes."""

    crc: int
    size: int

    @classmethod
    def of(cls, content: bytes) -> "Fingerprint":
        return cls(zlib.crc32(content), len(content))


@dataclass(frozen=True, slots=True)
class Archive:
    """A checked zip. `infos` are in the archive's own order; folders are among them."""

    data: bytes = field(repr=False)
    infos: tuple[zipfile.ZipInfo, ...]
    comment: bytes = b""
    records: Mapping[str, Record] = field(default_factory=dict, repr=False, compare=False)
    by_name: Mapping[str, zipfile.ZipInfo] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, data: bytes) -> "Archive":
        """Raises BackendProblem unless every entry can be unpacked safely below one folder."""
        if len(data) > LARGEST_ARCHIVE:
            raise too_large(len(data))
        try:
            records, comment = zip_layout.read(data, most=MOST_ENTRIES)
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                infos = tuple(opened.infolist())
        except TooManyEntriesError as error:
            raise damaged(
                "TooManyEntries", "#current-cloud-backend.zip has more files than a backend ever has.", str(error)
            ) from error
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, struct.error, EOFError, OSError) as error:
            raise damaged("NotAZip", "#current-cloud-backend.zip is not a zip archive.", str(error)) from error
        except NotImplementedError as error:
            raise damaged("NotAZip", "#current-cloud-backend.zip uses a form of zip that is not known.") from error
        _refuse_unsafe(infos)
        return cls(
            data=data,
            infos=infos,
            comment=comment,
            records={info.filename: record for info, record in zip(infos, records, strict=True)},
            by_name={info.filename: info for info in infos},
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The files, without folders."""
        return tuple(info.filename for info in self.infos if not info.is_dir())

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    def fingerprints(self) -> dict[str, Fingerprint]:
        """Every file's name and what its content is like."""
        return {info.filename: Fingerprint(info.CRC, info.file_size) for info in self.infos if not info.is_dir()}

    def read(self, name: str) -> bytes:
        """The file's content. Raises KeyError when there is none, BackendProblem when it cannot be unpacked."""
        info = self.by_name[name]
        if info.file_size > LARGEST_FILE:
            raise damaged("FileTooLarge", f"{name} is too large to be read here.", f"{info.file_size:,} bytes")
        try:
            content = _unpacked(info, self.records[name].content)
        except zlib.error as error:
            raise damaged("DamagedEntry", f"{name} in #current-cloud-backend.zip is damaged.", str(error)) from error
        if len(content) != info.file_size:
            raise damaged("DamagedEntry", f"{name} in #current-cloud-backend.zip is not as long as it claims.")
        if zlib.crc32(content) != info.CRC:
            raise damaged("DamagedEntry", f"{name} in #current-cloud-backend.zip is damaged.", "Its checksum differs.")
        return content

    def changed(self, changes: Mapping[str, bytes | None], *, moment: datetime) -> bytes:
        """The archive with these files replaced or added (bytes) or taken out (None); all else stays byte for byte.

        A replaced file keeps its place; new ones come last. `moment` dates what is written here.
        """
        written = _written({name: body for name, body in changes.items() if body is not None}, moment)
        kept = [
            written.pop(name, record)
            for name, record in self.records.items()
            if name not in changes or changes[name] is not None
        ]
        try:
            return zip_layout.assembled([*kept, *written.values()], self.comment)
        except LayoutError as error:
            raise too_large(sum(len(record.local) for record in kept)) from error


def _unpacked(info: zipfile.ZipInfo, packed: memoryview) -> bytes:
    """The content, and never more than one byte beyond the size it claims: enough to see that the claim is wrong."""
    if info.compress_type == zipfile.ZIP_STORED:
        return bytes(packed[: info.file_size + 1])
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    content = unpacker.decompress(packed, info.file_size + 1)
    if not unpacker.eof and len(content) == info.file_size:
        raise zlib.error("Its end is missing.")
    return content


def too_large(size: int) -> BackendProblem:
    return BackendProblem(
        "ArchiveTooLarge",
        f"#current-cloud-backend.zip is larger than {LARGEST_ARCHIVE // 1024**2} MB, which the console does not read.",
        next_step="Push this environment with the Amplify CLI, or take large files out of the backend folder.",
        detail=f"{size:,} bytes",
    )


def _refuse_unsafe(infos: tuple[zipfile.ZipInfo, ...]) -> None:
    # zipfile cuts a name at its first NUL, where other readers do not.
    unsafe = [info.orig_filename for info in infos if _leads_away(info.orig_filename) or _leads_away(info.filename)]
    if unsafe:
        raise damaged(
            "UnsafePath",
            "#current-cloud-backend.zip has entries that would be unpacked elsewhere.",
            listed(name.replace("\0", "\N{SYMBOL FOR NULL}") for name in unsafe),
        )
    links = [info.filename for info in infos if stat.S_ISLNK(info.external_attr >> 16)]
    if links:
        raise damaged("UnsafePath", "#current-cloud-backend.zip has links in it instead of files.", listed(links))
    twice = _in_one_place([info.filename for info in infos])
    if twice:
        raise damaged("DuplicateEntry", "#current-cloud-backend.zip has two files of one name.", listed(twice))
    locked = [info.filename for info in infos if info.flag_bits & _LOCKED or info.compress_type not in _KNOWN_METHODS]
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


def _in_one_place(names: list[str]) -> list[str]:
    """Names that would be unpacked to one place, or below a file."""
    # In this order, what lies below a place follows it at once.
    places = sorted(([part for part in name.split("/") if part not in ("", ".")], name) for name in names)
    return [
        later
        for (place, name), (next_place, later) in pairwise(places)
        if place == next_place or (not name.endswith("/") and place == next_place[: len(place)])
    ]


def _written(files: Mapping[str, bytes], moment: datetime) -> dict[str, Record]:
    if not files:
        return {}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            info = zipfile.ZipInfo(name, date_time=max(moment.astimezone(UTC), _EARLIEST).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, body)
    records, _ = zip_layout.read(buffer.getvalue(), most=len(files))
    return dict(zip(files, records, strict=True))


def new(files: Mapping[str, bytes], *, moment: datetime) -> bytes:
    """A zip of these files, in this order."""
    return zip_layout.assembled(_written(files, moment).values(), b"")
