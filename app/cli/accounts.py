"""``account``: what has to be done for accounts on the server itself, when nobody on the site can."""

import click
from flask import current_app

from app.cli.opening import on_the_site
from operations.access import two_step
from operations.access.actor import SYSTEM
from operations.access.people import actor_named


@click.group()
def account() -> None:
    """账号：重置两步验证，换加密密钥。"""


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


@account.command("reseal")
@on_the_site
def reseal() -> None:
    """换了 DATA_KEYS 之后：用第一个密钥重新加密，旧的才可以删去。"""
    click.echo(f"重新加密了 {two_step.reseal(keys=current_app.config['DATA_KEYS'])} 个账号的两步验证密钥。")


COMMANDS: tuple[click.Command, ...] = (account,)
