"""Photos: drawn anew on arrival, so that neither the place they were taken at nor anything else is hidden in them."""

import os
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from operations.errors import BadInput

LARGEST_PIXELS = 40_000_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
SAVED_WITH: dict[str, dict[str, Any]] = {"JPEG": {"quality": 90}, "PNG": {}, "WEBP": {"quality": 90}}
# The library's own limit only warns; ``redraw`` refuses by the size in the header, before anything is unpacked.
Image.MAX_IMAGE_PIXELS = None


def redraw(path: Path, media_type: str, name: str) -> None:
    """Replace a picture by its pixels alone, turned upright: EXIF, GPS, comments and what follows the picture are gone.

    Of an animation the first picture is kept. Raises BadInput for more than 40 million pixels, and for what no picture
    can be read from. The file is replaced in one step.
    """
    drawn, kind = path.with_suffix(".drawn"), FORMATS[media_type]
    try:
        with Image.open(path, formats=[kind]) as picture:
            _ensure_small(picture, name)
            bare = _plain(ImageOps.exif_transpose(picture), kind)
        bare.info.clear()
        bare.save(drawn, kind, **SAVED_WITH[kind])
        os.replace(drawn, path)
    except (OSError, SyntaxError, ValueError, EOFError) as problem:
        raise BadInput(f"“{name}”不是完整的图片，请重新拍照或另存后上传。") from problem
    finally:
        drawn.unlink(missing_ok=True)


def _ensure_small(picture: Image.Image, name: str) -> None:
    if picture.width * picture.height > LARGEST_PIXELS:
        raise BadInput(f"“{name}”超过 {LARGEST_PIXELS // 10_000} 万像素，请缩小后再传。")


def _plain(picture: Image.Image, kind: str) -> Image.Image:
    """In colours that the format takes and that need no palette; a copy with nothing of the file beside it."""
    is_clear = kind != "JPEG" and ("A" in picture.mode or "transparency" in picture.info)
    wanted = "RGBA" if is_clear else "L" if picture.mode in ("1", "L") else "RGB"
    return picture.convert(wanted) if picture.mode != wanted else picture.copy()
