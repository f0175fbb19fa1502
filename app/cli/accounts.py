"""``account`` and ``keys``: what has to be done for accounts on the server itself, when nobody on the site can."""

import click
from flask import current_app

from app.cli.opening import on_the_site
from operations import resealing
from operations.access import password_links, two_step
from operations.access.actor import SYSTEM
from operations.access.people import actor_named


@click.group()
def account() -> None:
    """账号：设置密码的链接，重置两步验证。"""


@account.command("reset-two-step")
@click.argument("username", metavar="USERNAME")
@click.option("--reason", required=True, metavar="TEXT", help="理由，记入日志。")
@on_the_site
def reset_two_step(username: str, reason: str) -> None:
    """重置两步验证：只有一位安全管理员、而其手机和备用码都丢了时用。"""
    person = actor_named(username)
    assert person.user_id is not None
    two_step.reset(person.user_id, actor=SYSTEM, reason=reason)
    click.echo(f"{username} 的两步验证已重置，其登录已全部退出。")


@account.command("link")
@click.argument("username", metavar="USERNAME")
@on_the_site
def link(username: str) -> None:
    """做一个设置密码的链接，48 小时内有效，只能用一次；用于发不出短信和邮件的时候。"""
    token = password_links.make(username, actor=SYSTEM)
    click.echo(f"{current_app.config['PUBLIC_URL']}/password/{token}")


@click.group()
def keys() -> None:
    """加密密钥 DATA_KEYS：换了以后重新加密。"""


@keys.command("reseal")
@on_the_site
def reseal() -> None:
    """换了 DATA_KEYS 之后：用第一个密钥重新加密，分批进行，中断了再运行一次即可；完成后旧密钥才可以删去。"""
    for place, count in resealing.reseal_all():
        if count:
            told = f"{place.table.name}.{place.column.name}" if place else "两步验证的密钥"
            click.echo(f"{told}：{count:,}")
    left = resealing.left()
    click.echo(f"还有 {left:,} 处用的是别的密钥，请再运行一次。" if left else
               "全部用第一个密钥加密了：旧密钥可以从 DATA_KEYS 删去，重启各进程。旧备份仍要旧密钥才能打开，请另行保管。")


COMMANDS: tuple[click.Command, ...] = (account, keys)
