"""A table that somebody takes away: the workbook as a download, named by what it holds and when it was taken."""

from typing import IO

from flask import Response, send_file

from models import clock
from operations.clocks.calendar import SHANGHAI

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sent_workbook(file: IO[bytes], title: str) -> Response:
    """``督办台账-20261128-1702.xlsx``, in Shanghai time."""
    name = f"{title}-{clock.now().astimezone(SHANGHAI):%Y%m%d-%H%M}.xlsx"
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)
