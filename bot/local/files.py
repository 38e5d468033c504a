"""Files that were sent, and the pictures among them, checked as Telegram checks them."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from bot.local.records import Json
from bot.local.refusal import bad_request
from bot.local.specification import Upload

PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
FILE_LIMIT_BYTES = 50 * 1024 * 1024
DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024
PREVIEW_SIDES = (90, 320, 800)


@dataclass(frozen=True)
class StoredFile:
    """`side`, in pixels, is the longest side of a preview that is made from `content` when it is asked for."""

    file_id: str
    path: str
    name: str
    mime_type: str
    content: bytes
    side: int | None = None

    def shown(self) -> bytes:
        if self.side is None:
            return self.content
        with Image.open(io.BytesIO(self.content)) as picture:
            picture.thumbnail((self.side, self.side))
            made = io.BytesIO()
            picture.convert("RGB").save(made, "JPEG")
        return made.getvalue()

    def described(self) -> Json:
        """As the Bot API describes any file. A preview has no size in bytes until it is drawn."""
        described: Json = {
            "file_id": self.file_id,
            "file_unique_id": hashlib.sha256(self.file_id.encode()).hexdigest()[:16],
        }
        return described if self.side is not None else described | {"file_size": len(self.content)}


class Files:
    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._photos: dict[str, list[Json]] = {}

    def keep(self, upload: Upload, folder: str, side: int | None = None) -> StoredFile:
        number = len(self._by_id)
        stored = StoredFile(
            file_id=f"local-{folder}-{number}",
            path=f"{folder}/file_{number}{_suffix(upload.name) if side is None else '.jpg'}",
            name=upload.name,
            mime_type=upload.mime_type if side is None else "image/jpeg",
            content=upload.content,
            side=side,
        )
        self._by_id[stored.file_id] = self._by_path[stored.path] = stored
        return stored

    def find(self, file_id: str) -> StoredFile:
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return stored

    def at_path(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)

    def photo(self, given: Upload | str) -> list[Json]:
        """The sizes of a photo, small to large. A string is the file_id of a photo that was sent before."""
        if isinstance(given, str):
            if given not in self._photos:
                raise _wrong_identifier(given)
            return self._photos[given]
        width, height = picture_size(given.content)
        sizes: list[Json] = []
        longest = max(width, height)
        for side in [*(side for side in PREVIEW_SIDES if side < longest), None]:
            stored = self.keep(given, "photos", side)
            scale = 1 if side is None else side / longest
            sizes.append(
                stored.described() | {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
            )
        self._photos |= {size["file_id"]: sizes for size in sizes}
        return sizes

    def document(self, given: Upload | str) -> Json:
        if isinstance(given, str):
            stored = self._by_id.get(given)
            if stored is None:
                raise _wrong_identifier(given)
        else:
            if not given.content:
                raise bad_request("file must be non-empty")
            if len(given.content) > FILE_LIMIT_BYTES:
                raise bad_request("file is too big")
            stored = self.keep(given, "documents")
        return stored.described() | {"file_name": stored.name, "mime_type": stored.mime_type}


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels. Raises Refusal for what Telegram takes for no photo."""
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > PHOTO_LIMIT_BYTES:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a photo; the maximum size is 10485760 bytes"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as picture:
                width, height = picture.size
                if width + height > 10_000 or max(width, height) > 20 * min(width, height):
                    raise bad_request("PHOTO_INVALID_DIMENSIONS")
                picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    return width, height


def _wrong_identifier(given: str) -> Exception:
    if given.startswith(("http://", "https://")):
        return bad_request("failed to get HTTP URL content")
    return bad_request("wrong file identifier/HTTP URL specified")


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2] if "." in name else ""
