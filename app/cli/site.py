"""``init``, ``demo``, ``docs``: what makes a site, and what is made from it."""

from importlib import import_module

import click

from app.cli import founding
from app.cli.opening import on_the_ground, on_the_site
from operations.demo import presence

# Modules of ``tools/`` that write one document each: document() to TARGET.
DOCUMENTS = ("settings_doc", "workflow_doc", "schedule_doc")


@click.command()
@on_the_ground
def init() -> None:
    """建库，或升级到本程序的版本；可重复运行。"""
    founding.prepare()


@click.command()
@click.option("--reset-passwords", is_flag=True, help="把演示账号的口令改回初始口令。")
@on_the_site
def demo(reset_passwords: bool) -> None:
    """装入演示数据：一座虚构的城市和正在办理的诉求。"""
    founding.furnish()
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
