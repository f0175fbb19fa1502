"""``import`` and ``replay``: messages of the hotline come in."""

import click

COMMANDS: tuple[click.Command, ...] = ()
