"""``zhitongche``: what is typed in a terminal. A refusal is one sentence, never a traceback."""

from typing import Any

import click
from sqlalchemy.exc import OperationalError

from app.cli import audit, bench, due, jobs, messages, serve, site
from environment import ConfigurationError
from operations.errors import DomainError


class Sentences(click.Group):
    """Says what was refused and why in the words of whoever refused it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigurationError, DomainError) as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except OperationalError as problem:
            reason = str(problem.orig).strip().splitlines()[0]
            raise click.ClickException(f"数据库没有响应：{reason}") from problem


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhitongche", message="%(package)s %(version)s")
def main() -> None:
    """政企直通车：企业诉求受理、督办与营商管家系统。"""


for area in (site, serve, jobs, messages, due, audit, bench):
    for command in area.COMMANDS:
        main.add_command(command)
