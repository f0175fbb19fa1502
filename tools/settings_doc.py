"""docs/settings.md, made from config.py; `zhitongche docs` writes it."""

from datetime import time, timedelta
from typing import Any

import config
from environment import Setting, settings_of, size

TARGET = config.HERE / "docs" / "settings.md"
HOUR, MINUTE, MIB = timedelta(hours=1), timedelta(minutes=1), size("1MiB")
INTRODUCTION = """\
# 设置

本文由 `make docs` 根据 `config.py` 生成，请勿手工修改。

- 每项设置取自同名环境变量；未设或为空时用默认值。值不合要求时程序拒绝启动，并指明是哪一项。
- `ZHITONGCHE_ENV` 为 `development`（默认）或 `production`。后者缺少必须的设置时拒绝启动。
- 大小写作 `12MiB`，时长写作 `30m`、`8h`、`90d`，开关写作 `on`、`off`。

| 环境变量 | 含义 | 默认值 | 生产环境的默认值 |
|---|---|---|---|
"""


def document() -> str:
    production = settings_of(config.Production)
    return INTRODUCTION + "".join(
        f"| `{name}` | {setting.means} | {shown(setting)} | {difference(setting, production[name])} |\n"
        for name, setting in settings_of(config.Config).items()
    )


def difference(setting: Setting[Any], stricter: Setting[Any]) -> str:
    return "同左" if shown(stricter) == shown(setting) else shown(stricter)


def shown(setting: Setting[Any]) -> str:
    return setting.shown or f"`{as_given(setting.default)}`"


def as_given(value: Any) -> str:
    """The default as one would write it in the environment."""
    match value:
        case bool():
            return "on" if value else "off"
        case timedelta():
            return f"{value // HOUR}h" if value % HOUR == timedelta() else f"{value // MINUTE}m"
        case ((time(), time()), *_):
            return ",".join(f"{opening:%H:%M}-{closing:%H:%M}" for opening, closing in value)
        case int() if value and value % MIB == 0:
            return f"{value // MIB}MiB"
        case _:
            return str(value)
