"""``make load``: seed a city, serve it as it is deployed, let a working day press on it, and say how it went."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from app import create_app
from benchmarks import postgres
from benchmarks.load import machines, seeding, verdict
from benchmarks.load.seeding import Sizes
from benchmarks.supervision import let_fall_due
from config import HERE, from_environment
from models.base import db

# security.md R1; the small one is what a busy developer's machine bears.
SIZES = {
    "small": Sizes(20_000, 1_000, 50_000, 30, 60),
    "nightly": Sizes(194_000, 7_283, 1_000_000, 200, 600),
    "release": Sizes(194_000, 7_283, 1_000_000, 200, 3600),
}
# As docs/deploy.md has it: durable, with room for the pages that everybody reads, and no statement on several cores.
SERVER = {**postgres.DURABLE, "shared_buffers": "2GB", "max_parallel_workers_per_gather": "0"}
FALLING_DUE = 200


@click.command()
@click.option("--size", type=click.Choice(list(SIZES)), default="nightly", show_default=True, help="城市和压力的大小。")
@click.option("--enterprises", type=click.IntRange(100, 1_000_000), help="企业数。")
@click.option("--stewards", type=click.IntRange(1, 50_000), help="管家数。")
@click.option("--tickets", type=click.IntRange(100, 4_000_000), help="诉求数。")
@click.option("--users", type=click.IntRange(1, 2000), help="同时在线的人数。")
@click.option("--seconds", type=click.IntRange(10, 86_400), help="压多少秒。")
@click.option("--faults", is_flag=True, help="nginx 后面三个网站进程、两个调度进程，每 20 秒各强杀一个。")
@click.option("--database", default="", help="用这个 PostgreSQL 库，空的或上次装好的；不给就临时起一个服务器。")
def load(size: str, faults: bool, database: str, **given: int | None) -> None:
    """全市规模压测：一个工作日里各种角色的操作，按设计指标核对，每项指标输出一行 JSON。"""
    chosen = SIZES[size]
    sizes = Sizes(*(given[name] or getattr(chosen, name) for name in Sizes.__dataclass_fields__))
    with contextlib.ExitStack() as room:
        folder = Path(room.enter_context(tempfile.TemporaryDirectory(prefix="zqztc-load-")))
        folder.chmod(0o755)  # nginx's workers have an account of their own
        url = database or postgres.create_database(
            room.enter_context(postgres.throwaway_server(settings=SERVER)), "load")
        os.environ.update(machines.surroundings(folder, url))
        app = create_app(from_environment())
        with app.app_context():
            with contextlib.redirect_stdout(sys.stderr):  # standard output is for the figures
                cast = seeding.build(sizes)
            let_fall_due(min(FALLING_DUE, sizes.tickets // 100))
            before = verdict.last_event()
            db.session.remove()
            db.engine.dispose()
            site = room.enter_context(machines.running(folder, faults=faults))
            seen = _pressed(folder, site, cast, sizes)
            for figure in verdict.figures(seen, sizes, since=before, site=site):
                click.echo(figure.line())


def _pressed(folder: Path, site: machines.Site, cast: dict[str, list[str]], sizes: Sizes) -> dict[str, Any]:
    """locust, in a process of its own: what it changes in Python's own library must not reach ours."""
    told, asked = folder / "seen.json", folder / "cast.json"
    asked.write_text(json.dumps(cast))
    command = [
        sys.executable, "-m", "locust", "--locustfile", str(HERE / "benchmarks" / "load" / "day.py"), "--headless",
        "--host", site.address, "--users", str(sizes.users), "--spawn-rate", str(max(1, sizes.users // 20)),
        "--run-time", f"{sizes.seconds}s", "--stop-timeout", "60", "--only-summary",
        "--exit-code-on-error", "0",
    ]
    environment = {**os.environ, "LOAD_CAST": str(asked), "LOAD_SEEN": str(told), "LOAD_TRIES": str(site.tries)}
    site.begin()
    # locust's own table goes where people look, and leaves standard output to the figures.
    subprocess.run(command, cwd=HERE, env=environment, stdout=sys.stderr, check=True)
    site.end()
    seen: dict[str, Any] = json.loads(told.read_text())
    return seen


if __name__ == "__main__":
    load()
