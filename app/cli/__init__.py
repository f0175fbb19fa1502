"""``zhitongche``: what is typed in a terminal. A refusal is one sentence, never a traceback."""

import sys
from importlib import import_module
from typing import IO, Any

import click

from app.loading import giving_way, undisturbed
from environment import ConfigurationError
from operations.errors import NO_RIGHT, NOT_PERMITTED, DomainError

# Which module of this package holds a command: each is loaded when it is asked for, so that `due` answers at once.
AREAS = {
    "init": "site",
    "demo": "site",
    "serve": "serve",
    "jobs": "jobs",
    "import": "imports",
    "replay": "messages",
    "due": "due",
    "audit": "audit",
    "account": "accounts",
    "keys": "accounts",
    "staff": "staffing",
    "regions": "regions",
    "backup": "backup",
    "restore": "backup",
    "carry": "backup",
    "bench": "bench",
    "docs": "site",
}


class Refusal(click.ClickException):
    """A sentence on standard error and nothing else."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), file=file, err=True)


class Commands(click.Group):
    """Finds a command by its name, and says what was refused in the words of whoever refused it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(AREAS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in AREAS:
            return None
        with undisturbed(), giving_way():
            area = import_module(f"app.cli.{AREAS[cmd_name]}")
        return next(command for command in area.COMMANDS if command.name == cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigurationError, DomainError) as refusal:
            raise Refusal(str(refusal)) from refusal
        except OSError as problem:
            if problem.filename is None:
                raise
            raise Refusal(f"不能读写 {problem.filename}（{problem.strerror}），请检查路径和权限。") from problem
        except _database_errors() as problem:
            said = getattr(problem, "orig", problem)
            reason, state = str(said).strip().splitlines()[0], getattr(said, "sqlstate", None)
            if isinstance(problem, _database_errors()[1]) and state != NOT_PERMITTED:
                raise
            words = NO_RIGHT if state == NOT_PERMITTED else "数据库没有响应：{}"
            raise Refusal(words.format(reason)) from problem


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhitongche", message="%(package)s %(version)s")
def main() -> None:
    """政企直通车：企业诉求受理、督办与营商管家系统。"""


def _database_errors() -> tuple[type[Exception], ...]:
    """None where nobody has loaded the library. Of the second kind most are faults of ours."""
    loaded = sys.modules.get("sqlalchemy.exc")
    return (loaded.OperationalError, loaded.ProgrammingError) if loaded else ()
