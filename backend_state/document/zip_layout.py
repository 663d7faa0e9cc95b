"""Where the parts of a zip lie: APPNOTE 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end).

Readers of zips forgive different faults, so that one file may hold different things for different readers. What is
accepted here is only what all of them read alike.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LOCAL_SIGNATURE, _CENTRAL_SIGNATURE, _END_SIGNATURE = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_ZIP64_LOCATOR, _ZIP64_LOCATOR_SIZE = b"PK\x06\x07", 20
_OFFSET_OF_OFFSET = 42
_LONGEST_COMMENT = 0xFFFF


class LayoutError(ValueError):
    """The parts do not fit together, or are written in a form that is not read here."""


class TooManyEntriesError(LayoutError):
    """There are more entries than the caller allows; they were not counted to the end."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry's two parts: the local header with its data and what follows it, and its line in the directory."""

    local: memoryview
    line: memoryview
    content: memoryview
    """The data alone, as it is packed; a part of `local`."""


def read(data: bytes, *, most: int) -> tuple[list[Record], bytes]:
    """The entries in the order of the directory, and the archive's comment. Raises LayoutError."""
    start, end, count, comment = _directory(data)
    if count > most:
        raise TooManyEntriesError(f"{count:,} entries")
    lines = list(_lines(data, start, end, count))
    offsets = sorted({line.offset for line in lines})
    if len(offsets) != len(lines):
        raise LayoutError("Two entries lie at one place.")
    ends = dict(pairwise([*offsets, start]))
    return [_record(data, line, ends[line.offset]) for line in lines], comment


def assembled(records: Iterable[Record], comment: bytes) -> bytes:
    """One archive of these entries, each moved as it is; only its place in the directory is written anew.

    Raises LayoutError when it would need a larger form of zip.
    """
    parts: list[memoryview | bytes] = []
    directory: list[memoryview | bytes] = []
    offset = size = count = 0
    for record in records:
        if offset > 0xFFFFFFFF:
            raise LayoutError(f"{offset:,} bytes")
        parts.append(record.local)
        place = struct.pack("<L", offset)
        directory += [record.line[:_OFFSET_OF_OFFSET], place, record.line[_OFFSET_OF_OFFSET + 4 :]]
        offset, size, count = offset + len(record.local), size + len(record.line), count + 1
    if offset + size > 0xFFFFFFFE or count > 0xFFFE:
        raise LayoutError(f"{offset + size:,} bytes in {count:,} entries")
    end = _END.pack(_END_SIGNATURE, 0, 0, count, count, size, offset, len(comment))
    return b"".join([*parts, *directory, end, comment])


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    name: bytes
    packed_size: int
    offset: int


def _directory(data: bytes) -> tuple[int, int, int, bytes]:
    """Where the directory starts and ends, how many entries it claims, and the comment behind it."""
    at = data.rfind(_END_SIGNATURE, max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if at < 0 or at + _END.size > len(data):
        raise LayoutError("It has no directory of its entries.")
    _, disk, first_disk, here, count, size, start, length = _END.unpack_from(data, at)
    if data[max(0, at - _ZIP64_LOCATOR_SIZE) : at].startswith(_ZIP64_LOCATOR):
        raise LayoutError("It is written in the zip64 form, which only archives above 4 GB need.")
    comment = data[at + _END.size :]
    if len(comment) != length:
        raise LayoutError("Something follows its end.")
    if disk or first_disk or here != count:
        raise LayoutError("It is one part of several.")
    if start + size != at:
        raise LayoutError("Its directory is not where it says.")
    return start, at, count, comment


def _lines(data: bytes, start: int, end: int, count: int) -> Iterator[_Line]:
    """As many as there are said to be: some readers go by the number of entries, others by the directory's size."""
    at = start
    for _ in range(count):
        if at + _CENTRAL.size > end:
            raise LayoutError("Its directory is cut off.")
        fields = _CENTRAL.unpack_from(data, at)
        signature, packed_size, unpacked_size, offset = fields[0], fields[8], fields[9], fields[16]
        name_end = at + _CENTRAL.size + fields[10]
        after = name_end + fields[11] + fields[12]
        if signature != _CENTRAL_SIGNATURE or after > end or fields[13]:
            raise LayoutError("Its directory is damaged.")
        if 0xFFFFFFFF in (packed_size, unpacked_size, offset):
            raise LayoutError("An entry is written in the zip64 form, which only files above 4 GB need.")
        yield _Line(at, after, data[at + _CENTRAL.size : name_end], packed_size, offset)
        at = after
    if at != end:
        raise LayoutError("Its directory has another number of entries than it says.")


def _record(data: bytes, line: _Line, end: int) -> Record:
    if line.offset + _LOCAL.size > end:
        raise LayoutError("An entry lies where another one is.")
    fields = _LOCAL.unpack_from(data, line.offset)
    name_start = line.offset + _LOCAL.size
    content = name_start + fields[9] + fields[10]
    if fields[0] != _LOCAL_SIGNATURE or data[name_start : name_start + fields[9]] != line.name:
        raise LayoutError("An entry is not what the directory says it is.")
    if content + line.packed_size > end:
        raise LayoutError("An entry reaches into another one.")
    view = memoryview(data)
    return Record(view[line.offset : end], view[line.start : line.end], view[content : content + line.packed_size])
