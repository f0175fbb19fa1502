"""What is installed is named exactly, and nothing third-party is kept in the repository."""

import configparser
import json
import os
import re
import runpy
import subprocess
import sys

import pytest

import config
from app import loading

OPTIONS = configparser.ConfigParser()
OPTIONS.read(config.HERE / "setup.cfg")
REQUIREMENTS = "\n".join([OPTIONS["options"]["install_requires"], *OPTIONS["options.extras_require"].values()]).split()
NGINX = (config.HERE / "deploy" / "nginx.conf").read_text(encoding="utf-8")
LOCK = json.loads((config.HERE / "package-lock.json").read_text())


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_package_is_pinned(requirement):
    assert re.fullmatch(r"[A-Za-z0-9.-]+(\[[a-z0-9]+\])?==[0-9.]+", requirement)


def test_the_lock_file_names_no_server():
    assert not any("resolved" in package for package in LOCK["packages"].values())


def test_the_lock_file_seals_what_it_locks():
    assert all(package["integrity"].startswith("sha512-") for name, package in LOCK["packages"].items() if name)


def test_every_vendored_file_comes_from_a_locked_package():
    for source in json.loads((config.HERE / "vendor.json").read_text()):
        assert "node_modules/" + source.split("/")[0] in LOCK["packages"]


def test_the_proxy_slows_down_whoever_tries_passwords_and_codes_at_any_door(app):
    """Links for rating carry 128 bits and more, the tablet has a limit of its own, and machines sign what they send."""
    apart = ("at_window.kiosk", "at_window.rat", "at_window.reasons", "at_window.touch", "public.", "results.",
             "callbacks.", "hall_intake.")
    zoned = re.compile(re.search(r"location ~ (\S+) \{\s+limit_req zone=ztc_login", NGINX).group(1))
    posted = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    doors = [rule for rule in posted if getattr(app.view_functions[rule.endpoint], "is_open_to_all", False)
             and not rule.endpoint.startswith(apart)]
    doors += [rule for rule in posted if rule.endpoint.startswith(("two_step.", "proving.", "account.password"))]
    assert len(doors) > 15 and [rule.rule for rule in doors if not zoned.match(rule.rule)] == []


def test_a_gunicorn_that_starts_leaves_the_counts_of_those_that_run_and_lets_others_go_first(monkeypatch, tmp_path):
    monkeypatch.setenv("METRICS_DIR", str(tmp_path))
    session = tmp_path / "session"
    session.touch()
    monkeypatch.setattr(loading, "SESSION", session)
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid())
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    mine, nobodys = (tmp_path / f"histogram_{pid}.db" for pid in (os.getpid(), ended.pid))
    mine.touch(), nobodys.touch()
    runpy.run_path(str(config.HERE / "deploy" / "gunicorn.conf.py"))["on_starting"](None)
    assert mine.exists() and not nobodys.exists()
    assert session.read_text() == str(loading.LOW)


def test_the_proxy_speaks_new_tls_alone_and_leads_no_machine_to_it():
    assert re.findall(r"ssl_protocols (.*);", NGINX) == ["TLSv1.2 TLSv1.3"]
    assert re.findall(r"ssl_ciphers (.*);", NGINX) == ["ECDHE+AESGCM:ECDHE+CHACHA20"]
    plain, site = NGINX[NGINX.index("listen 80;"):].split("server {")
    assert "/(api|callbacks|metrics)(/|$) { return 403; }" in plain and "access_log off;" in plain
    assert "access_log off;" in site and "autoindex" not in NGINX
    for header in ("Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"):
        assert re.search(rf"add_header {header} \$ztc_\w+ always;", site)


def test_whoever_copies_the_database_asks_it_for_its_certificate():
    """As the site itself does (config.py): whoever stands between would have the whole of it, and the password."""
    unit = (config.HERE / "deploy" / "receivewal.service").read_text(encoding="utf-8")
    guide = (config.HERE / "docs" / "backup.md").read_text(encoding="utf-8")
    copying = re.findall(".*(?:SOURCE=host|pg_basebackup -).*", unit + guide)
    assert len(copying) == 3 and all("sslmode=verify-full" in line for line in copying)


def test_the_command_of_the_machine_keeps_settings_whole_and_the_owner_for_init_and_restore(tmp_path):
    """An address with & is not cut in two: the command would go on with a database of its own."""
    deploy, there = config.HERE / "deploy", "postgresql://zhitongche:k@db/ztc?sslmode=verify-full&sslrootcert=/ca"
    example = (deploy / "env.example").read_text(encoding="utf-8")
    settings = re.sub(r"(?m)^DATABASE_URL='[^']*'$", lambda _: f"DATABASE_URL='{there}'", example)
    (tmp_path / "env").write_text(settings, encoding="utf-8")
    (tmp_path / "owner.env").write_text("MIGRATIONS_DATABASE_URL='owner'\n")
    for name, does in (("id", "echo 0"), ("runuser", "env")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    script = (deploy / "zhitongche.sh").read_text(encoding="utf-8").replace("/etc/zhitongche", str(tmp_path))
    for word, knows in (("init", True), ("restore", True), ("serve", False), ("audit", False)):
        said = subprocess.run(["sh", "-c", script, "zhitongche", word], capture_output=True, text=True, check=True,
                              env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}).stdout.splitlines()
        assert f"DATABASE_URL={there}" in said and ("MIGRATIONS_DATABASE_URL=owner" in said) is knows


def test_nginx_finds_every_web_container_at_its_own_door():
    """As docs/deploy.md writes the site for the containers."""
    told = re.search(r"s#(server 127\S+)#(.+?)#", (config.HERE / "docs" / "deploy.md").read_text(encoding="utf-8"))
    site = re.sub(told[1], told[2], NGINX)
    compose = (config.HERE / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    doors = re.findall(r"server unix:/run/zhitongche/(\S+) max_fails=0;", site)
    named = re.findall(r"<<: \*web\n    hostname: (\S+)", compose)
    assert "server 127" not in site and doors == named == ["web-1", "web-2"]


def test_wherever_the_program_is_installed_it_is_compiled():
    for told in ("docs/deploy.md", "deploy/Dockerfile"):
        text = (config.HERE / told).read_text(encoding="utf-8")
        assert 0 < text.count("tools/vendor_assets.py --strict") == text.count("tools/precompile.py"), told


def test_what_root_installs_can_be_read_by_the_account_of_the_site():
    """With a narrow umask neither the program nor what pip writes could be: a reload ended the site."""
    told = (config.HERE / "docs" / "deploy.md").read_text(encoding="utf-8")
    installing = [block for block in re.findall(r"```\n(.*?)```", told, re.DOTALL) if "pip install" in block]
    assert len(installing) == 3 and all(block.startswith("umask 022\n") for block in installing)


def test_a_program_that_would_not_start_takes_nobodys_place(tmp_path):
    """As systemd asks before it tells gunicorn: gunicorn ends with the first worker that does not start."""
    unit = (config.HERE / "deploy" / "zhitongche-web.service").read_text(encoding="utf-8")
    asking, telling = (line.split() for line in re.findall("^ExecReload=(.*)", unit, re.MULTILINE))
    assert asking[0] == "/opt/zhitongche/.venv/bin/gunicorn" and "HUP" in telling
    surroundings = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3", "VAR_DIR": str(tmp_path)}
    asked = subprocess.run([sys.executable, "-m", "gunicorn", *asking[1:]], cwd=config.HERE, env=surroundings,
                           capture_output=True, text=True, check=False)
    assert asked.returncode == 1 and "请先运行：zhitongche init" in asked.stderr


def test_no_secret_of_the_machine_gets_into_the_image():
    kept_out = (config.HERE / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"deploy/*env", "deploy/tls", "var"} <= set(kept_out)
