"""Zips as the world writes them, byte by byte where zipfile would not write such a thing."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

STREAMED, UTF8 = 0x8, 0x800


class Pipe(io.RawIOBase):
    """A stream that only goes forward, so that sizes follow the data in a descriptor, as in a zip Node.js writes."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.written += data
        return len(data)

    def seekable(self) -> bool:
        return False


def streamed(files: Mapping[str, bytes], *, comment: bytes = b"") -> bytes:
    """What archiver, which the Amplify CLI uses, makes of these files; a name that ends with a slash is a folder."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", compression=zipfile.ZIP_DEFLATED) as new:
        for name, body in files.items():
            info = zipfile.ZipInfo(name, date_time=(2026, 3, 2, 10, 11, 12))
            info.compress_type = zipfile.ZIP_STORED if name.endswith("/") else zipfile.ZIP_DEFLATED
            info.external_attr = (0o40755 if name.endswith("/") else 0o100644) << 16
            new.writestr(info, body)
        new.comment = comment
    return bytes(pipe.written)


@dataclass(frozen=True)
class Entry:
    """One entry in every detail; what is None follows from the content."""

    name: bytes
    content: bytes = b"{}"
    method: int = zipfile.ZIP_DEFLATED
    flags: int = 0
    attributes: int = 0o100644 << 16
    system: int = 3
    extra: bytes = b""
    comment: bytes = b""
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    local_name: bytes | None = None


def written(*entries: Entry, comment: bytes = b"", tail: bytes = b"", count: int | None = None) -> bytes:
    """A zip of exactly these entries, right or wrong."""
    out, directory = bytearray(), bytearray()
    for one in entries:
        packed = one.content
        if one.method == zipfile.ZIP_DEFLATED:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(one.content) + packer.flush()
        crc = zlib.crc32(one.content) if one.crc is None else one.crc
        size = len(one.content) if one.size is None else one.size
        packed_size = len(packed) if one.packed_size is None else one.packed_size
        offset = len(out) if one.offset is None else one.offset
        local_name = one.name if one.local_name is None else one.local_name
        after = one.flags & STREAMED
        sizes = (0, 0, 0) if after else (crc, packed_size, size)
        kind = (20, one.flags, one.method, 0x5000, 0x5C62)
        out += struct.pack("<4s5H3L2H", b"PK\x03\x04", *kind, *sizes, len(local_name), len(one.extra))
        out += local_name + one.extra + packed
        if after:
            out += struct.pack("<4s3L", b"PK\x07\x08", crc, packed_size, size)
        lengths = (len(one.name), len(one.extra), len(one.comment))
        directory += struct.pack(
            "<4s6H3L5H2L",
            *(b"PK\x01\x02", one.system << 8 | 20, *kind, crc, packed_size, size),
            *(*lengths, 0, 0, one.attributes, offset),
        )
        directory += one.name + one.extra + one.comment
    number = len(entries) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(directory), len(out), len(comment))
    return bytes(out + directory + end + comment + tail)


def parts(data: bytes) -> dict[str, tuple[bytes, bytes]]:
    """By name: the local part (header, data, descriptor) and the directory's line without the offset in it.

    Written apart from the code under test, on what zipfile knows.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        infos, start = opened.infolist(), opened.start_dir
    offsets = sorted([*(info.header_offset for info in infos), start])
    found, at = {}, start
    for info in infos:
        lengths = struct.unpack_from("<3H", data, at + 28)
        line = data[at : at + 46 + sum(lengths)]
        end = offsets[offsets.index(info.header_offset) + 1]
        found[info.filename] = data[info.header_offset : end], line[:42] + line[46:]
        at += len(line)
    return found
