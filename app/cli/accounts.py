"""``account``: what has to be done for accounts on the server itself, when nobody on the site can."""

import click
from flask import current_app

from app.cli.opening import on_the_site
from operations.access import password_links, two_step
from operations.access.actor import SYSTEM
from operations.access.people import actor_named


@click.group()
def account() -> None:
    """账号：设置密码的链接，重置两步验证，换加密密钥。"""


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


@account.command("reseal")
@on_the_site
def reseal() -> None:
    """换了 DATA_KEYS 之后：用第一个密钥重新加密，旧的才可以删去。"""
    click.echo(f"重新加密了 {two_step.reseal(keys=current_app.config['DATA_KEYS'])} 个账号的两步验证密钥。")


COMMANDS: tuple[click.Command, ...] = (account,)
