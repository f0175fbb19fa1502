"""How the environment's text becomes a setting: read when asked for, parsed strictly, refused with a sentence."""

import copy
import hashlib
import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")
SECRET_BYTES = 32
SECRET_ADVICE = f"至少 {SECRET_BYTES} 字节的随机值，可用 openssl rand -hex 32 生成"


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message is what the operator reads."""


class Setting(Generic[T]):
    """One setting: the environment's text through ``parse``, else ``default`` (a value, or made from the class).

    ``beside``: given the class, what else a value that was read must be among the other settings; raises ValueError.
    """

    def __init__(self, parse: Callable[[str], T], *, default: Any, means: str, shown: str = "", secret: bool = False):
        self.parse, self.default, self.means, self.shown, self.secret = parse, default, means, shown, secret
        self.name, self.beside = "", lambda _config, _value: None

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: Any) -> T:
        given = owner.environment.get(self.name, "")
        if not given:
            return self.default(owner) if callable(self.default) else self.default
        try:
            value = self.parse(given)
            self.beside(owner, value)
            return value
        except ValueError as error:
            echoed = "" if self.secret else f"={given!r}"
            raise ConfigurationError(f"{self.name}{echoed}：{error}") from None

    def but(self, **changes: Any) -> "Setting[T]":
        """The same setting under other terms, for a subclass."""
        stricter = copy.copy(self)
        vars(stricter).update(changes)
        return stricter


class Derived(Generic[T]):
    """Follows from other settings; not read from the environment."""

    def __init__(self, compute: Callable[[Any], T]):
        self.compute = compute

    def __get__(self, instance: object, owner: Any) -> T:
        return self.compute(owner)


def required(instruction: str) -> Callable[[Any], Any]:
    """A default that refuses: there is none."""

    def refuse(_config: Any) -> Any:
        raise ConfigurationError(instruction)

    return refuse


def settings_of(config: type) -> dict[str, Setting[Any]]:
    """Every setting by name, as this class has it."""
    found: dict[str, Setting[Any]] = {}
    for kind in reversed(config.__mro__):
        found |= {name: value for name, value in vars(kind).items() if isinstance(value, Setting)}
    return found


def check(config: type) -> None:
    """Read every setting once, so that all that is wrong is said together."""
    complaints = []
    for name in settings_of(config):
        try:
            getattr(config, name)
        except ConfigurationError as error:
            complaints.append(str(error))
    if complaints:
        raise ConfigurationError("\n".join(dict.fromkeys(complaints)))


def kind_named(name: str, kinds: Mapping[str, T]) -> T:
    if name not in kinds:
        raise ConfigurationError(f"ZHITONGCHE_ENV={name!r}：只能是 {' 或 '.join(kinds)}")
    return kinds[name]


def text(given: str) -> str:
    return given.strip()


def switch(given: str) -> bool:
    if given not in ("on", "off"):
        raise ValueError("只能是 on 或 off")
    return given == "on"


def switched_on(given: str) -> bool:
    if not switch(given):
        raise ValueError("生产环境不能关闭")
    return True


def one_of(*words: str) -> Callable[[str], str]:
    def parse(given: str) -> str:
        if given not in words:
            raise ValueError(f"只能是 {'、'.join(words)}")
        return given

    return parse


def digest_algorithm(given: str) -> str:
    """One that the log knows and this machine's OpenSSL has."""
    one_of("sha256", "sm3")(given)
    if given not in hashlib.algorithms_available:
        raise ValueError("本机的 OpenSSL 没有这个算法")
    return given


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(given: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", given) or not lowest <= int(given) <= highest:
            raise ValueError(f"应为 {lowest} 到 {highest} 的整数")
        return int(given)

    return parse


def size(given: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,5})(KiB|MiB|GiB)", given)
    if not match:
        raise ValueError("应写作 12MiB、256KiB 这样的大小")
    return int(match[1]) * 1024 ** (1 + ["KiB", "MiB", "GiB"].index(match[2]))


def duration(given: str) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,4})([smhd])", given)
    if not match:
        raise ValueError("应写作 30m、8h、90d 这样的时长")
    return timedelta(seconds=int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])


def folder(given: str) -> Path:
    if not Path(given).is_absolute():
        raise ValueError("应为绝对路径")
    return Path(given)


def list_of_digests(given: str) -> Path:
    """Known by its first line; the whole is as long as a disk."""
    path = folder(given)
    try:
        with path.open("rb") as file:
            first = file.readline(100)
    except OSError as problem:
        raise ValueError("打不开这个文件") from problem
    if not re.match(rb"[0-9A-Fa-f]{40}(:|\r?\n)", first):
        raise ValueError("每行应为一个 SHA-1 和次数，按 SHA-1 排好序")
    return path


def names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]


def web_address(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("应写作 https://主机名，不带路径")
    return given.rstrip("/")


def https_address(given: str) -> str:
    if not given.startswith("https://"):
        raise ValueError("生产环境须以 https:// 开头")
    return web_address(given)


# Where clouds tell a machine its own secrets. 169.254.169.254 and fe80:: are link-local and left out as such.
METADATA = ("100.100.100.200", "fd00:ec2::254", "metadata", "metadata.google.internal", "metadata.tencentyun.com")


def gateway_address(given: str) -> str:
    """Where messages are handed over: http(s), with a path, and nothing that is this machine's own business."""
    parts = urlsplit(given)
    is_plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if not is_plain or parts.query or parts.fragment:
        raise ValueError("应写作 https://主机名/路径，不带参数和口令")
    _ensure_outside(parts.hostname or "")
    return given


def bucket_address(given: str) -> str:
    """A bucket of an object store: ``https://host/bucket``, or ``https://bucket.host`` where the store wants it so."""
    if urlsplit(given).path.strip("/").count("/"):
        raise ValueError("应写作 https://主机名/桶 或 https://桶.主机名")
    return gateway_address(given)


def mail_server(given: str) -> str:
    """``host:port``."""
    host, _, port = given.rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536 or "/" in host:
        raise ValueError("应写作 主机名:端口")
    _ensure_outside(host.strip("[]"))
    return given


def scanner_address(given: str) -> str:
    """The path of a socket of this machine, or ``host:port``."""
    if given.startswith("/"):
        return given
    try:
        return mail_server(given)
    except ValueError as problem:
        raise ValueError(f"{problem}，或套接字的绝对路径") from None


def mail_address(given: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;:\"]+@[A-Za-z0-9.-]+", given):
        raise ValueError("应为一个邮箱地址")
    return given


def _ensure_outside(host: str) -> None:
    """Link-local, multicast and unspecified addresses are no gateways, however they are written."""
    try:
        number = ipaddress.ip_address(socket.inet_aton(host)) if re.fullmatch("[0-9a-fxA-FX.]+", host) else None
    except OSError:
        number = None
    try:
        number = number or ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass  # a name
    number = getattr(number, "ipv4_mapped", None) or number
    is_odd = number is not None and (number.is_link_local or number.is_multicast or number.is_unspecified)
    if is_odd or host.lower().rstrip(".") in METADATA or str(number) in METADATA:
        raise ValueError("不能是本机链路、组播或云元数据地址")


def required_when(name: str, chosen: str, instruction: str) -> Callable[[Any], Any]:
    """A default that refuses where another setting makes it necessary."""

    def check(config: Any) -> Any:
        if getattr(config, name) == chosen:
            raise ConfigurationError(instruction)
        return ""

    return check


def required_with(name: str, instruction: str) -> Callable[[Any], Any]:
    """A default that refuses where another setting is given."""

    def check(config: Any) -> Any:
        if getattr(config, name):
            raise ConfigurationError(instruction)
        return ""

    return check


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def database_address(given: str) -> str:
    """SQLite or PostgreSQL; the driver is ours to name."""
    scheme, _, rest = given.partition("://")
    if scheme == "sqlite" and rest.startswith("//"):
        return given
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and rest:
        return f"postgresql+psycopg://{rest}"
    raise ValueError("应为 postgresql://用户:口令@主机/库名，或 sqlite:////绝对路径")


VERIFIED = ("verify-full", "verify-ca")


def encrypted_outside(config: Any, address: str) -> None:
    """A database on another machine is spoken to by TLS, its certificate verified, unless the network is said to do."""
    parts = urlsplit(address)
    said = parse_qs(parts.query)
    named = [one for name in ("host", "hostaddr") for one in said.get(name, [])] or [parts.netloc.rpartition("@")[2]]
    hosts = [re.sub(r":[0-9]+$", "", host) for one in named for host in one.split(",")]
    is_verified = all(mode in VERIFIED for mode in said.get("sslmode", [""]))
    if config.DATABASE_UNENCRYPTED or is_verified or all(_is_this_machine(host) for host in hosts):
        return
    raise ValueError("数据库在别的机器上，末尾须写 ?sslmode=verify-full&sslrootcert=签发其证书的CA文件；"
                     "线路是封闭的、确实不用加密的，另设 DATABASE_UNENCRYPTED=on")


def _is_this_machine(host: str) -> bool:
    """Its sockets, and what never leaves it. SQLite has no host."""
    is_looped = host in ("localhost", "[::1]", "::1") or re.fullmatch(r"127(\.[0-9]+){3}", host)
    return bool(is_looped) or host == "" or host.startswith("/")


def secret_key(given: str) -> str:
    if len(given.encode()) < SECRET_BYTES or len(set(given)) < 8:
        raise ValueError(f"须为{SECRET_ADVICE}")
    return given


def secret_keys(given: str) -> list[str]:
    keys = [secret_key(key) for key in names(given)]
    if not keys:
        raise ValueError(f"须为{SECRET_ADVICE}")
    return keys


def kept_secret(path: Path) -> str:
    """A key made once, readable by its owner only; two processes that start at once agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key is the key
        finally:
            draft.unlink()
    return secret_key(path.read_text().strip())


def office_hours(given: str) -> tuple[tuple[time, time], ...]:
    """``08:30-12:00,13:30-17:30`` as pairs of opening and closing, in order and apart."""
    moments = []
    for span in names(given):
        match = re.fullmatch(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", span)
        if not match:
            raise ValueError("应写作 08:30-12:00,13:30-17:30")
        moments += [time.fromisoformat(match[1]), time.fromisoformat(match[2])]
    if not moments or moments != sorted(set(moments)):
        raise ValueError("各时段须先后排列、互不重叠")
    return tuple(zip(moments[::2], moments[1::2], strict=True))
