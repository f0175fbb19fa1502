"""A wall clock that can be told to be wrong, for the processes that are started with it; steady clocks stay right."""

import importlib.util
import sys
from pathlib import Path

RIGHT = "+0"
FOUND = importlib.util.find_spec("libfaketime")
LIBRARY = Path(FOUND.origin).parent / "vendor/libfaketime/src/libfaketime.so.1" if FOUND else Path("absent")
IS_HERE = sys.platform == "linux" and LIBRARY.exists()


class FalseTime:
    """``environment`` makes a process believe it; ``tell("+86400")`` sets all their clocks a day ahead at once."""

    def __init__(self, folder):
        self.file = Path(folder, "false_time")
        self.environment = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                            "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        self.tell(RIGHT)

    def tell(self, seconds):
        """By how many seconds the clock is ahead, as libfaketime writes it."""
        written = self.file.with_suffix(".new")
        written.write_text(f"{seconds}\n")
        written.replace(self.file)
