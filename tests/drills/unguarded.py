"""The command line of a site that believes every clock: the fault planted for the drill of jumps (security.md R6)."""

from app.cli import main
from jobs import clock_guard

if __name__ == "__main__":
    clock_guard.TOLERATED_SECONDS = float("inf")
    main(prog_name="zhitongche")
