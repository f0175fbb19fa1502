#!/bin/sh
# 由 /usr/local/bin/zhitongche 指来：以程序的账户、站点的设置运行一条命令，由 root 用。见 docs/deploy.md。
set -eu
[ "$(id -u)" = 0 ] || { echo "请用 root 运行。" >&2; exit 1; }
umask 077
set -a
. /etc/zhitongche/env
# The owner's password is for these two alone (两个数据库账户).
case ${1:-} in init | restore) [ ! -e /etc/zhitongche/owner.env ] || . /etc/zhitongche/owner.env ;; esac
set +a
exec runuser -u zhitongche -- /opt/zhitongche/.venv/bin/zhitongche "$@"
