"""``init``, ``demo``, ``docs``: what makes a site, and what is made from it."""

from importlib import import_module
from pathlib import Path

import click

from app.cli import founding
from app.cli.opening import as_the_owner, on_the_site
from operations.demo import presence
from operations.demo.metropolis.building import Sizes
from operations.demo.metropolis.words import read_names

# Modules of ``tools/`` that write one document each: document() to TARGET.
DOCUMENTS = ("settings_doc", "workflow_doc", "schedule_doc")


@click.command()
@as_the_owner
def init() -> None:
    """建库，或升级到本程序的版本；可重复运行。"""
    founding.prepare()


@click.command()
@click.option("--reset-passwords", is_flag=True, help="把演示账号的口令改回初始口令。")
@click.option("--enterprises", type=click.IntRange(1, 1_000_000), metavar="N", help="再添 N 家企业，成一座大城。")
@click.option("--stewards", type=click.IntRange(1, 50_000), default=7283, show_default=True, help="大城的管家人数。")
@click.option("--names", type=click.Path(path_type=Path), metavar="FILE", help="企业短名，一行一个，可为 .gz。")
@on_the_site
def demo(reset_passwords: bool, enterprises: int | None, stewards: int, names: Path | None) -> None:
    """装入演示数据：一座虚构的城市和正在办理的诉求；加 --enterprises 则按真实城市的规模再添企业、管家和互动。"""
    given = read_names(names) if names else []
    founding.furnish()
    if enterprises:
        founding.enlarge(Sizes(enterprises, stewards), given)
    if reset_passwords:
        click.echo(f"{presence.reset_passwords()} 个演示账号的口令已改回 {presence.PASSWORD}。")


@click.command()
def docs() -> None:
    """重新生成 docs/ 里由程序导出的文档。"""
    for name in DOCUMENTS:
        try:
            made = import_module(f"tools.{name}")
        except ModuleNotFoundError as missing:
            raise click.ClickException("只能在源代码目录里运行。") from missing
        made.TARGET.write_text(made.document(), encoding="utf-8")
        click.echo(made.TARGET)


COMMANDS: tuple[click.Command, ...] = (init, demo, docs)
