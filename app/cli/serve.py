"""``serve``: the whole site on one machine by one command: web server, scheduler, demonstration accounts."""

import errno
import importlib.util
import os
import socket
import sys
import time

import click

from app.cli import founding
from app.cli.opening import as_the_owner
from app.cli.processes import Child, Household
from app.cli.tables import table
from config import HERE
from models.base import db
from operations.demo import presence
from operations.errors import Refused

STARTING_SECONDS = 30.0
UNREADY = "网站 30 秒内没有应答，请看上面的日志。"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址。")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="端口。")
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="网站进程数。")
@click.option("--first-run-demo", is_flag=True, help="库是空的，就先装入演示数据。")
@click.option("--no-jobs", is_flag=True, help="不启动调度进程。")
@as_the_owner
def serve(host: str, port: int, workers: int, first_run_demo: bool, no_jobs: bool) -> None:
    """启动网站和调度进程，Ctrl-C 一起停止。"""
    ensure_free(host, port)
    founding.prepare()
    if first_run_demo and presence.is_ground_free():
        founding.furnish()
    show_accounts()
    address = f"http://{_bracketed('127.0.0.1' if host in ('0.0.0.0', '::') else host)}:{port}"
    environment = _environment(address, is_demo=bool(presence.accounts()))
    children = [Child("网站", web_command(host, port, workers), is_vital=True, environment=environment)]
    if not no_jobs:
        scheduler = [sys.executable, "-m", "app.cli", "jobs", "start"]
        children.append(Child("调度进程", scheduler, environment=environment))
    db.session.remove()
    db.engine.dispose()
    household = Household(children, say=lambda words: click.echo(words, err=True))
    code = household.run(when_started=lambda: _greet(household, host, port, address))
    click.echo("已停止。")
    raise click.exceptions.Exit(code)


def ensure_free(host: str, port: int) -> None:
    """Raise Refused with what to do when nobody can listen there."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except socket.gaierror:
        raise Refused(f"没有 {host} 这个地址。") from None
    except PermissionError:
        raise Refused(f"没有权限使用端口 {port}，请换一个 1024 以上的：--port 8000") from None
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8000
            raise Refused(f"端口 {port} 已被占用，网站可能已经在运行。请先停掉它，或换一个端口：--port {other}") from None
        raise Refused(f"不能在 {host} 上监听：{problem.strerror}") from None


def web_command(host: str, port: int, workers: int) -> list[str]:
    """gunicorn with a few threads; where it cannot run, Werkzeug's own server with a warning."""
    if not hasattr(os, "fork") or importlib.util.find_spec("gunicorn") is None:
        click.echo("这里不能运行 gunicorn，改用 Werkzeug 自带的服务器，只适合试用。", err=True)
        place = ["--host", host, "--port", str(port)]
        quiet = ["--with-threads", "--no-reload", "--no-debugger"]
        return [sys.executable, "-m", "flask", "--app", "wsgi:app", "run", *place, *quiet]
    told = ("--config", str(HERE / "deploy" / "gunicorn.conf.py"), "--bind", f"{_bracketed(host)}:{port}")
    return [sys.executable, "-m", "gunicorn", *told, "--workers", str(workers), "wsgi:app"]


def show_accounts() -> None:
    """Who can sign in to the demonstration, and how; nothing where there is none."""
    accounts = presence.accounts()
    if accounts:
        click.echo(f"演示账号（口令都是 {presence.PASSWORD}，标“已改”的除外）：")
        head = ("用户名", "口令", "姓名", "角色", "单位")
        click.echo(table(head, [(a.username, _password(a), a.name, a.role, a.unit) for a in accounts]))


def _password(account: presence.DemoAccount) -> str:
    return presence.PASSWORD if account.has_first_password else "已改"


def _environment(address: str, *, is_demo: bool) -> dict[str, str]:
    """The children find the program wherever they were started, print links that lead here, and offer the demo."""
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")]))
    return {"PUBLIC_URL": address, "DEMO": "on" if is_demo else "off", **os.environ, "PYTHONPATH": path}


def _greet(household: Household, host: str, port: int, address: str) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and not household.asked_to_stop and not household.children[0].has_ended:
        try:
            socket.create_connection(("127.0.0.1" if host == "0.0.0.0" else host, port), timeout=1).close()
            click.echo(f"网站已启动：{address}（Ctrl-C 停止）")
            return
        except OSError:
            time.sleep(0.1)
    if time.monotonic() >= deadline:
        click.echo(UNREADY, err=True)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


COMMANDS: tuple[click.Command, ...] = (serve,)
