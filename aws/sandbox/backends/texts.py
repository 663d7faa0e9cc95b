"""Texts and archives in the forms Amplify writes them."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

PUSHED = "2026-03-02T10:11:12.345Z"
_ZIP_TIME = (2026, 3, 2, 10, 11, 12)


def json_text(value: Any, *, indent: int = 2) -> str:
    """As JSON.stringify writes it: no newline at the end, letters as they are."""
    return json.dumps(value, indent=indent, ensure_ascii=False)


def sorted_keys(value: Any) -> Any:
    """Keys in order at every level, as backend-config.json has them."""
    if isinstance(value, Mapping):
        return {key: sorted_keys(value[key]) for key in sorted(value)}
    return [sorted_keys(item) for item in value] if isinstance(value, list) else value


def zipped(files: Mapping[str, str | bytes], *, level: int = 6) -> bytes:
    """A zip archive of these files, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=level)
    return buffer.getvalue()
