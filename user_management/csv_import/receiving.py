"""Taking an uploaded file in: to disk as it comes, refused early when it is too large, and never whole in memory."""

from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from user_management.csv_import.reader import MOST_BYTES

FORM_BYTES = 64 * 1024
"""Room for the other fields and what separates them."""
_PIECE = 1024 * 1024
_DRAINED = 400 * 1024 * 1024


class BoundedFileHandler(TemporaryFileUploadHandler):
    """Writes the file to disk, and stops where it grows too large though its sender gave no length."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            assert self.request is not None
            self.request.__dict__["upload_too_large"] = True
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)


def announces_too_much(request: HttpRequest) -> bool:
    """Whether the request says itself that it is larger than any file may be."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + FORM_BYTES
    except ValueError:
        return False


def drain(request: HttpRequest) -> None:
    """Read what was sent and drop it: a browser shows an answer only after it has sent everything."""
    left = min(int(request.META.get("CONTENT_LENGTH") or 0), _DRAINED)
    while left > 0:
        piece = request.read(min(_PIECE, left))
        if not piece:
            return
        left -= len(piece)


def prepare(request: HttpRequest) -> None:
    """To be called before anything asks for the form, which the check against forged requests does."""
    request.upload_handlers = [BoundedFileHandler(request)]


def was_too_large(request: HttpRequest) -> bool:
    return bool(request.__dict__.get("upload_too_large"))


def pieces_of(file: "UploadedFile[Any]") -> Iterator[bytes]:
    return file.chunks(_PIECE)
