"""A file that is too large is read past, not kept: no upload can fill the disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

_MARK = "upload_too_large"


class BoundedUploadHandler(FileUploadHandler):
    """Ends the reading of a request whose files go past the limit; its first fields stay."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.read = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on, as long as there are not too many."""
        self.read += len(raw_data)
        if self.read > settings.MAX_UPLOAD_MB * 1024 * 1024:
            setattr(self.request, _MARK, True)
            # The rest is read and dropped, so that the browser gets an answer to show.
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Leave the file to the handlers after this one."""
        return None


def was_too_large(request: HttpRequest) -> bool:
    """Whether the request held more than is kept."""
    return getattr(request, _MARK, False)
