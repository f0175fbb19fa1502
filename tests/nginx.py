"""The nginx site of deploy/ as a process of the tests, in front of a server of theirs."""

import re
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from config import HERE
from tests.app.test_serve import free_port
from tests.drills.site import wait_for

NEEDED = pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here; on Debian: apt-get install nginx-light")
ROUND_IT = """daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 2048; }}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{site} }}"""


@contextmanager
def in_front_of(folder, *ports):
    """The port of an nginx that passes everything on to these ``ports``."""
    own = free_port()
    written = configured(folder, own, ports)
    process = subprocess.Popen(["nginx", "-c", str(written), "-e", str(folder / "nginx.log")])
    try:
        wait_for(own)
        yield own
    finally:
        process.terminate()
        process.wait()


def configured(folder, port, behind):
    """The site of deploy/ as it stands, without TLS and on ports of our own, a line each."""
    site = (HERE / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    site = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", site, flags=re.S)
    site = re.sub(r"^ +(ssl_\w+ .*|listen \[.*)\n", "", site, flags=re.M)
    site = site.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    line = re.search(r"server 127\.0\.0\.1:8000 .*", site)[0]
    site = site.replace(line, "\n".join(line.replace("8000", str(one)) for one in behind))
    site = site.replace("/etc/nginx/zhitongche-proxy.conf", str(HERE / "deploy" / "nginx-proxy.conf"))
    site = site.replace("server_name ztc.example.gov.cn;", "server_name 127.0.0.1;")
    written = folder / "nginx.conf"
    written.write_text(ROUND_IT.format(folder=folder, site=site), encoding="utf-8")
    return written
