"""Documents: whoever wrote, changed or commented on them is taken out on arrival, as the place is out of a photo."""

import logging
import subprocess
import sys
from pathlib import Path

from operations.errors import BadInput

ENDINGS = (".pdf", ".docx", ".xlsx")
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 12

log = logging.getLogger(__name__)


def forget(path: Path, ending: str, name: str) -> None:
    """Take authors out of the document at ``path``; one with an electronic signature stays as it was signed.

    By a process of its own, where what somebody sends can use up neither the memory nor the time of the site, and where
    a fault of a library ends nobody else's request. Raises BadInput for what cannot be read there.
    """
    command = [sys.executable, "-m", "operations.tickets.bare", str(path.resolve()), ending]
    try:
        ended = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False, env={},
                               timeout=SECONDS)
        fault = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2] if ended.returncode else ""
        is_done = ended.returncode == 0
    except subprocess.TimeoutExpired:
        fault, is_done = "no end", False
    if not is_done:
        log.warning("a %s could not be read: %s", ending, fault.partition(":")[0] or "killed")
        raise BadInput(f"“{name}”打不开：文件不完整，或加了打开密码。请去掉密码、重新另存后上传。")
