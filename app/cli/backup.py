"""``backup`` and ``restore``: the whole site into a folder, and back; ``carry``: attachments into an object store."""

import time
from pathlib import Path

import click
from flask import current_app

from app.cli.opening import as_the_owner, on_the_site
from app.ground import ground_floor
from config import from_environment
from models.base import db
from operations.backup import contents, restoring, settling, taking
from operations.backup.manifest import Manifest
from operations.errors import Refused
from operations.storage import places


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@on_the_site
def backup(folder: Path) -> None:
    """把数据库和附件备份到一个新目录，附各表、各文件和日志链的摘要；不必停机。"""
    began = time.monotonic()
    made = taking.back_up(db.engine.url, places.of_site(current_app.config), folder)
    click.echo(f"备份完成：{folder}，{_contents(made)}；用时 {time.monotonic() - began:.1f} 秒")
    if made.missing:
        click.echo(f"注意：{len(made.missing)} 个附件在备份前就已缺失或损坏，如 {made.missing[0]}", err=True)
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="替换现有的站点；原来的库和附件改名保留。")
@click.option("--check", "is_trial", is_flag=True, help="只在临时库里恢复并核对，不动现有的站点。")
@as_the_owner
def restore(folder: Path, replace: bool, is_trial: bool) -> None:
    """从备份恢复：先在旁边恢复并逐一核对，全部相符才换上。"""
    began, target, storages = time.monotonic(), db.engine.url, places.of_site(current_app.config)
    if not is_trial:
        restoring.ensure_free(target, storages, replace=replace)
    kept: list[str] = []
    with restoring.filled(folder, target, name="trial" if is_trial else "restoring") as (made, scratch):
        if not is_trial:
            _settle(made, scratch.render_as_string(hide_password=False))
            kept = restoring.put_in_place(folder, scratch, target=target, storages=storages)
    verdict = "备份可以恢复" if is_trial else "恢复完成"
    click.echo(f"{verdict}，逐一核对无误：{_contents(made)}；用时 {time.monotonic() - began:.1f} 秒")
    for place in kept:
        click.echo(f"原来的保留在：{place}")
    if not is_trial:
        click.echo("所有人须重新登录；没有发完的站外消息没有重发，见“投递”。请运行 zhitongche init，再启动网站和作业。")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@on_the_site
def carry(folder: Path) -> None:
    """把目录里的附件（原来的 ATTACHMENTS_DIR，或备份里的 attachments）送进对象存储，看库里登记的是否一个不少。"""
    if not current_app.config["ATTACHMENTS_BUCKET"]:
        raise Refused("没有设置 ATTACHMENTS_BUCKET。没有改动任何内容。")
    storage = places.of_attachments(current_app.config)
    storage.lay_beside(folder)
    there = {f"{contents.ATTACHMENTS}/{key}" for key in storage.keys()}
    named = contents.attached(db.session.connection())
    lacking = [path for path, _ in named if path not in there]
    click.echo(f"对象存储里有 {len(there):,} 个附件；库里登记 {len(named):,} 个，缺 {len(lacking):,} 个")
    if lacking:
        click.echo(f"缺的如 {lacking[0]}", err=True)
        raise click.exceptions.Exit(1)


def _settle(made: Manifest, address: str) -> None:
    """Within the restored database, before anybody else sees it."""
    scratch = type("Scratch", (from_environment(),), {"SQLALCHEMY_DATABASE_URI": address})
    with ground_floor(scratch).app_context():
        settling.settle(made)
        db.session.remove()
        db.engine.dispose()


def _contents(made: Manifest) -> str:
    size = f"{made.bytes / 1_000_000:,.1f} MB"
    return f"{size}，{len(made.tables)} 张表 {made.rows:,} 行、{len(made.files) - 1:,} 个文件、日志 {made.seq:,} 条"


COMMANDS: tuple[click.Command, ...] = (backup, restore, carry)
