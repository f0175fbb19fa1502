"""``regions``: the tree of regions, from the kept package and from the site's own file."""

from datetime import datetime
from pathlib import Path

import click

from app.cli.messages import in_words
from app.cli.opening import on_the_site
from operations.access.actor import SYSTEM
from operations.directory import regions as tree
from operations.directory.region_rows import Place, of_file, of_package

LISTED = 20


@click.group("regions")
def regions() -> None:
    """区划：省到县取自内置数据，以下由本站的文件导入。"""


@regions.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--dry-run", is_flag=True, help="只报告会改什么，不写入。")
@click.option("--close-missing", is_flag=True, help="文件里没有的同级代码从当日起停用（含字母的本地代码除外）。")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="生效日期，默认今天。")
@on_the_site
@in_words
def import_file(file: Path, dry_run: bool, close_missing: bool, on: datetime | None) -> None:
    """导入区划表（.xlsx、.xls 或 .csv：代码、名称、级别、上级代码）。"""
    _carry_out(of_file(file), dry_run=dry_run, close_missing=close_missing, on=on)


@regions.command("builtin")
@click.argument("code", metavar="CODE")
@click.option("--dry-run", is_flag=True, help="只报告会改什么，不写入。")
@on_the_site
@in_words
def builtin(code: str, dry_run: bool) -> None:
    """装入内置的省、市、县（代码如 21、2103）。"""
    _carry_out(of_package(code), dry_run=dry_run, close_missing=False, on=None)


def _carry_out(places: list[Place], *, dry_run: bool, close_missing: bool, on: datetime | None) -> None:
    found = tree.plan(places, on=on.date() if on else None, closes_missing=close_missing)
    for label, rows in (
        ("新增", [f"{one.code} {one.name}" for one in found.added]),
        ("改名", [f"{one.code} {one.before} → {one.after}" for one in found.renamed]),
        ("改隶", [f"{one.code} {one.name}：{one.before or '无'} → {one.after or '无'}" for one in found.moved]),
        ("恢复", [f"{one.code} {one.name}" for one in found.reopened]),
        ("停用", [f"{one.code} {one.name}" for one in found.closed]),
        ("有误", [f"第 {one.row} 行 {one.code}：{one.reason}" for one in found.bad]),
    ):
        if rows:
            click.echo(f"{label} {len(rows)}：")
            for row in rows[:LISTED]:
                click.echo(f"  {row}")
            if len(rows) > LISTED:
                click.echo(f"  …… 还有 {len(rows) - LISTED} 个")
    if dry_run:
        click.echo(f"试运行，没有写入：会改 {found.count} 个代码，{found.known} 个不变。")
    else:
        click.echo(f"已改 {tree.apply(found, actor=SYSTEM)} 个代码，{found.known} 个不变。")


COMMANDS: tuple[click.Command, ...] = (regions,)
