"""``zhitongche``: what is typed in a terminal. A refusal is one sentence, never a traceback."""

from typing import IO, Any

import click
from sqlalchemy.exc import OperationalError

from app.cli import audit, bench, due, jobs, messages, serve, site
from environment import ConfigurationError
from operations.errors import DomainError


class Refusal(click.ClickException):
    """A sentence on standard error and nothing else."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), file=file, err=True)


class Sentences(click.Group):
    """Says what was refused and why in the words of whoever refused it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigurationError, DomainError) as refusal:
            raise Refusal(str(refusal)) from refusal
        except OperationalError as problem:
            reason = str(problem.orig).strip().splitlines()[0]
            raise Refusal(f"数据库没有响应：{reason}") from problem


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhitongche", message="%(package)s %(version)s")
def main() -> None:
    """政企直通车：企业诉求受理、督办与营商管家系统。"""


for area in (site, serve, jobs, messages, due, audit, bench):
    for command in area.COMMANDS:
        main.add_command(command)
