"""Files that people sent or the bot uploaded: https://core.telegram.org/bots/api#getfile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .refusals import bad_request

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024  # https://core.telegram.org/bots/api#getfile
MAX_UPLOAD_BYTES = 50 * 1024 * 1024  # https://core.telegram.org/bots/api#senddocument


@dataclass(frozen=True)
class StoredFile:
    """A file by its id; `announced_size` may be larger than the content, to play a huge file cheaply."""

    file_id: str
    path: str
    content: bytes
    announced_size: int


class Files:
    """All files of the bot."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def add(self, folder: str, extension: str, content: bytes, announced_size: int | None = None) -> StoredFile:
        """Keep a file under a new id."""
        number = len(self._by_id) + 1
        size = len(content) if announced_size is None else announced_size
        stored = StoredFile(f"FILE-{number:04d}", f"{folder}/file_{number}{extension}", content, size)
        self._by_id[stored.file_id] = stored
        return stored

    def knows(self, file_id: str) -> bool:
        """Whether this id was given out."""
        return file_id in self._by_id

    def get_file(self, file_id: str) -> dict[str, Any]:
        """The answer to `getFile`; raises `Refusal`."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("invalid file_id")
        if stored.announced_size > MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": stored.announced_size,
            "file_path": stored.path,
        }

    def content_at(self, path: str) -> bytes | None:
        """What a download gives, `None` when there is no such path."""
        return next((stored.content for stored in self._by_id.values() if stored.path == path), None)
