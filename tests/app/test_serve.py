"""serve: one command, and the site answers with its jobs running; one signal, and nothing is left."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

from config import HERE

SECONDS = 90


class Site:
    """``zhitongche serve`` in a process of its own, on a folder of its own."""

    def __init__(self, folder, *options, port=None):
        self.port = port or free_port()
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port), "--workers", "1", *options]
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PUBLIC_URL")}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.process = subprocess.Popen(command, cwd=HERE, env=environment | {"VAR_DIR": str(folder)}, **streams)
        self.lines, self.heard = [], threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            with self.heard:
                self.lines.append(line)
                self.heard.notify_all()

    def says(self, pattern):
        def matches():
            return next((found for line in self.lines if (found := re.search(pattern, line))), None)

        with self.heard:
            assert self.heard.wait_for(matches, SECONDS), "".join(self.lines)
            return matches()

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=SECONDS) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def children(self):
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            found = [int(child) for child in file.read().split()]
        return {("jobs" if b"jobs" in arguments_of(child) else "web"): child for child in found}

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


def arguments_of(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serve(tmp_path):
    sites = []

    def start(*options, **rest):
        sites.append(Site(tmp_path, *options, **rest))
        return sites[-1]

    yield start
    for site in sites:
        if site.process.poll() is None:
            site.process.kill()
            site.process.wait()
        site.process.stdout.close()


def test_a_newcomers_one_command_and_one_signal(serve):
    site = serve("--first-run-demo")
    site.says("liumin +Yunzhou-2026 +刘敏 +企业管家 +城东街道")
    site.says(f"网站已启动：http://127.0.0.1:{site.port}")
    assert site.get("/login") == 200
    site.says("the scheduler runs")
    second = serve(port=site.port)
    second.says(f"端口 {site.port} 已被占用")
    assert second.process.wait(SECONDS) == 1

    assert site.stop(signal.SIGINT) == 0
    site.says("已停止。")


@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_the_scheduler_comes_back_and_without_the_web_server_all_ends(serve):
    site = serve()
    site.says("网站已启动")
    site.says("the scheduler runs")
    children = site.children()
    os.kill(children["jobs"], signal.SIGKILL)
    site.says("调度进程意外退出")
    os.kill(children["web"], signal.SIGKILL)
    site.says("网站意外退出")
    assert site.process.wait(SECONDS) == 1


def test_an_address_that_is_not_ours_is_one_sentence(serve):
    site = serve("--host", "203.0.113.7")
    site.says("不能在 203.0.113.7 上监听")
    assert site.process.wait(SECONDS) == 1
