"""Settings are read strictly, and production does not start half configured."""

import stat
from datetime import time, timedelta
from pathlib import Path

import pytest

import config
import environment as env
from environment import ConfigurationError

GOOD_KEY = "9f2c1e7ab4d85036" * 4
PRODUCTION = {"SECRET_KEY": GOOD_KEY, "DATA_KEYS": GOOD_KEY, "PUBLIC_URL": "https://zqztc.example.gov.cn"}


def given(kind=config.Config, **values):
    return type("Given", (kind,), {"environment": values})


def complaint_about(kind=config.Config, **values):
    with pytest.raises(ConfigurationError) as refused:
        env.check(given(kind, **values))
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("SWEEP_SECONDS", "60", 60),
        ("SESSION_IDLE", "45m", timedelta(minutes=45)),
        ("MAX_CONTENT_LENGTH", "20MiB", 20 * 1024 * 1024),
        ("SESSION_COOKIE_SECURE", "on", True),
        ("TRUSTED_HOSTS", "a.gov.cn, b.gov.cn", ["a.gov.cn", "b.gov.cn"]),
        ("OFFICE_HOURS", "09:00-17:00", ((time(9), time(17)),)),
        ("DATABASE_URL", "postgres://u:p@db/zqztc", "postgresql+psycopg://u:p@db/zqztc"),
        ("PUBLIC_URL", "https://zqztc.gov.cn/", "https://zqztc.gov.cn"),
    ],
)
def test_a_setting_is_read_from_the_environment(name, text, value):
    assert getattr(given(**{name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SWEEP_SECONDS", "１２"),
        ("SWEEP_SECONDS", "1_0"),
        ("SWEEP_SECONDS", "4"),
        ("SESSION_IDLE", "30"),
        ("MAX_CONTENT_LENGTH", "12582912"),
        ("SESSION_COOKIE_SECURE", "yes"),
        ("OFFICE_HOURS", "12:00-08:30"),
        ("OFFICE_HOURS", "08:30-12:00,11:00-17:30"),
        ("OFFICE_HOURS", "08:30-25:00"),
        ("DATABASE_URL", "mysql://u:p@db/zqztc"),
        ("DATABASE_URL", "sqlite:///relative.sqlite3"),
        ("PUBLIC_URL", "zqztc.gov.cn"),
        ("VAR_DIR", "var"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "0" * 64),
        ("DATA_KEYS", ","),
        ("LEAKED_PASSWORDS", "/nowhere/leaked.txt"),
        ("LEAKED_PASSWORDS", str(Path(__file__))),
    ],
)
def test_a_wrong_value_is_refused_by_name(name, text):
    assert complaint_about(**{name: text}).startswith(name)


def test_a_complaint_never_repeats_a_secret():
    assert "hunter2" not in complaint_about(SECRET_KEY="hunter2", DATABASE_URL="mysql://u:hunter2@db/zqztc")


def test_everything_wrong_is_said_at_once():
    assert complaint_about(SWEEP_SECONDS="x", PROXY_COUNT="y").count("\n") == 1


def test_production_starts_when_it_has_what_it_needs():
    env.check(given(config.Production, **PRODUCTION))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "too-short-for-production"),
        ("DATA_KEYS", ""),
        ("TWO_STEPS", "off"),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://zqztc.example.gov.cn"),
        ("SESSION_COOKIE_SECURE", "off"),
    ],
)
def test_production_refuses_to_start_half_configured(name, text):
    assert name in complaint_about(config.Production, **PRODUCTION | {name: text})


def test_production_trusts_only_its_own_name():
    assert given(config.Production, **PRODUCTION).TRUSTED_HOSTS == ["zqztc.example.gov.cn"]


def test_the_cookie_promises_https_only_where_there_is_https():
    assert given().SESSION_COOKIE_NAME == "zqztc"
    assert given(config.Production, **PRODUCTION).SESSION_COOKIE_NAME == "__Host-zqztc"


def test_the_development_key_is_made_once_and_kept_private(tmp_path):
    first = given(VAR_DIR=str(tmp_path)).SECRET_KEY
    assert given(VAR_DIR=str(tmp_path)).SECRET_KEY == first
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_everything_kept_at_run_time_follows_the_var_folder(tmp_path):
    moved = given(VAR_DIR=str(tmp_path))
    assert moved.ATTACHMENTS_DIR == tmp_path / "attachments"
    assert moved.SQLALCHEMY_DATABASE_URI == f"sqlite:///{tmp_path}/zhitongche.sqlite3"


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigurationError, match="ZHITONGCHE_ENV"):
        config.from_environment({"ZHITONGCHE_ENV": "staging"})


@pytest.mark.parametrize("address", [
    "https://169.254.169.254/latest", "http://0xA9FEA9FE/", "http://2852039166/x", "http://[fe80::1]/", "http://0/",
    "http://[fe80::1%25eth0]/", "http://[::ffff:169.254.1.1]/", "http://metadata.google.internal./x",
    "http://224.0.0.1",
    "http://100.100.100.200/", "file:///etc/passwd", "gopher://sms.example/", "https://user:pw@sms.example/",
    "https://sms.example/send?key=1", "https:///send", "//sms.example", "http://[",
])
def test_no_gateway_is_this_machines_own_business(address):
    assert "TEXT_GATEWAY_URL" in complaint_about(TEXT_GATEWAY_URL=address)


@pytest.mark.parametrize("address", [
    "https://sms.example/send", "http://10.1.2.3:8080/a/b", "http://127.0.0.1:9000/send", "https://[2001:db8::1]/send",
])
def test_a_gateway_may_stand_in_the_sites_own_network(address):
    assert given(TEXT_GATEWAY_URL=address).TEXT_GATEWAY_URL == address


@pytest.mark.parametrize(("name", "text"), [
    ("MAIL_SERVER", "mail.example"), ("MAIL_SERVER", "mail.example:0"), ("MAIL_SERVER", "169.254.169.254:25"),
    ("MAIL_SERVER", "smtp://mail.example:25"), ("MAIL_FROM", "a@b.example\nBcc: c@d.example"), ("MAIL_SECURITY", "ssl"),
    ("CLAMD_ADDRESS", "clamav"), ("CLAMD_ADDRESS", "run/clamd.ctl"),
])
def test_a_mail_server_or_a_scanner_is_a_name_and_a_port(name, text):
    assert name in complaint_about(**{name: text})


@pytest.mark.parametrize("name", [f"{kind}DATABASE_URL" for kind in ("", "REPORTS_", "MIGRATIONS_", "DRILL_")])
@pytest.mark.parametrize(("address", "is_well"), [
    ("sqlite:////var/lib/zqztc.sqlite3", True), ("postgresql:///zqztc", True), ("postgresql://u:p@/zqztc", True),
    ("postgresql://u:p@127.0.0.1:5433/zqztc", True), ("postgresql://u:p@localhost/zqztc", True),
    ("postgresql://u:p@[::1]:5432/zqztc", True), ("postgresql:///zqztc?host=/run/postgresql", True),
    ("postgresql://u:p@db:5432/zqztc?sslmode=verify-full&sslrootcert=/etc/ca.pem", True),
    ("postgresql://u:p@db/zqztc?sslmode=verify-ca", True), ("postgresql://u:p@db/zqztc", False),
    ("postgresql://u:p@db/zqztc?sslmode=require", False), ("postgresql://u:p@127.0.0.1.evil.example/zqztc", False),
    ("postgresql:///zqztc?host=db", False), ("postgresql://u:p@localhost/zqztc?hostaddr=10.0.0.2", False),
    ("postgresql:///zqztc?host=/run/postgresql,db", False), ("postgresql://u:p@localhost,db/zqztc", False),
])
def test_a_database_on_another_machine_is_spoken_to_in_secret(name, address, is_well):
    if is_well:
        env.check(given(config.Production, **PRODUCTION | {name: address}))
    else:
        told = complaint_about(config.Production, **PRODUCTION | {name: address})
        assert told.startswith(name) and "sslmode=verify-full" in told and "u:p" not in told
    env.check(given(config.Production, **PRODUCTION | {name: address, "DATABASE_UNENCRYPTED": "on"}))
    env.check(given(**{name: address}))


def test_whoever_wants_a_gateway_says_which_and_with_which_secret():
    told = complaint_about(config.Production, **PRODUCTION, TEXTING="gateway")
    assert "TEXT_GATEWAY_URL" in told and "TEXT_GATEWAY_SECRET" in told
    assert "console" in complaint_about(config.Production, **PRODUCTION, TEXTING="console")


def test_a_bucket_comes_with_its_keys_and_is_one_folder_at_most():
    assert given(ATTACHMENTS_BUCKET="").ATTACHMENTS_BUCKET == ""
    assert "ATTACHMENTS_KEY_ID" in complaint_about(config.Config, ATTACHMENTS_BUCKET="https://s3.example/files")
    assert "桶" in complaint_about(config.Config, ATTACHMENTS_BUCKET="https://s3.example/files/of/ours")
