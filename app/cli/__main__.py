"""``python -m app.cli``: the same as ``zhitongche``, for who has the program but not its script."""

from app.cli import main

main(prog_name="zhitongche")
