"""``bench``: each benchmark is a command of its own in ``benchmarks/``, loaded when it is asked for."""

from importlib import import_module

import click

# A module of ``benchmarks`` by this name has a click command called ``command``.
BENCHMARKS = ("loop", "directory", "supervision", "ratings", "hall", "restore")


class Benchmarks(click.Group):
    """Finds a benchmark by its name. Without a name all of them run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(BENCHMARKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in BENCHMARKS:
            return None
        command: click.Command = import_module(f"benchmarks.{cmd_name}").command
        return command


@click.group(cls=Benchmarks, invoke_without_command=True)
@click.pass_context
def bench(context: click.Context) -> None:
    """性能测试：与同机的下限比较，每项指标输出一行 JSON。"""
    if context.invoked_subcommand is None:
        for name in BENCHMARKS:
            context.invoke(bench.get_command(context, name))  # type: ignore[arg-type]


COMMANDS: tuple[click.Command, ...] = (bench,)
