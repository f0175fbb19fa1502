"""``staff``: units and people from the city's own tables, and the first administrators, who then do the rest."""

from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app

from app.cli.messages import in_words
from app.cli.opening import on_the_site
from models.access import Role
from models.directory import OrganisationKind
from operations.access import password_links, staffing
from operations.access.actor import SYSTEM
from operations.access.staffing import Taken
from operations.directory.organisations import Particulars
from operations.errors import BadInput

LISTED = 50


@click.group()
def staff() -> None:
    """单位和人员：首任管理员，按表导入单位、人员。"""


@staff.command("found")
@click.option("--unit", required=True, metavar="NAME", help="管理员所在单位的全称，没有就设一个。")
@click.option("--region", required=True, metavar="CODE", help="单位的区划代码，如 2103；先用 regions 装入区划。")
@click.option("--system", metavar="USERNAME:姓名", help="系统管理员：账号、单位、运行。")
@click.option("--security", metavar="USERNAME:姓名", help="安全管理员：岗位、规则、日历。")
@click.option("--audit", metavar="USERNAME:姓名", help="审计管理员：日志。")
@on_the_site
@in_words
def found(unit: str, region: str, system: str | None, security: str | None, audit: str | None) -> None:
    """首任三员，或补上没有人能担任的那一种：打印设置密码的链接，48 小时内有效，当面交给本人。"""
    given = {Role.SYSTEM_ADMINISTRATOR: system, Role.SECURITY_ADMINISTRATOR: security, Role.AUDIT_ADMINISTRATOR: audit}
    home = Particulars(unit, unit[:32], OrganisationKind.BUREAU, region)
    people = {role: _person(words) for role, words in given.items() if words}
    if not people:
        raise BadInput("请写明是谁：--system、--security、--audit 至少一项。")
    for user in staffing.found(home, people):
        token = password_links.make(user.username, actor=SYSTEM)
        click.echo(f"{user.name}（{user.username}）：{current_app.config['PUBLIC_URL']}/password/{token}")


@staff.command("units")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@on_the_site
@in_words
def units(file: Path) -> None:
    """导入单位（.xlsx、.xls 或 .csv：单位全称、简称、类型、区划代码，可有条线、上级单位）。"""
    _tell(staffing.take_units, file)


@staff.command("people")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@on_the_site
@in_words
def people(file: Path) -> None:
    """导入人员（姓名、用户名、角色、单位全称，可有手机号、邮箱、职务、领导排序）；设密码前不能登录。"""
    _tell(staffing.take_people, file)


def _tell(take: Callable[[Path], Taken], file: Path) -> None:
    taken = take(file)
    for number, reason in taken.bad[:LISTED]:
        click.echo(f"第 {number} 行：{reason}")
    if len(taken.bad) > LISTED:
        click.echo(f"…… 还有 {len(taken.bad) - LISTED} 行有误")
    click.echo(f"新增 {taken.new}，已有 {taken.unchanged}，有误 {len(taken.bad)} 行。")


def _person(words: str) -> tuple[str, str]:
    username, _, name = words.partition(":")
    if not username or not name:
        raise BadInput(f"{words!r}：应写作 用户名:姓名。")
    return username, name


COMMANDS: tuple[click.Command, ...] = (staff,)
