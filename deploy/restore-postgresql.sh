#!/bin/sh
# 基础备份加收到的日志，恢复成一个数据目录：restore-postgresql.sh 基础备份 日志目录 新的数据目录
# 用 postgres 账户运行；之后启动服务器，它读完日志就能写。见 docs/backup.md。
set -eu
base=$1 wal=$2 data=$3
[ ! -e "$data" ] || { echo "$data 已经有了，没有改动任何内容。" >&2; exit 1; }
cp -R "$base" "$data.partial"
chmod 0700 "$data.partial"
cat >> "$data.partial/postgresql.auto.conf" <<SETTINGS
restore_command = 'cp "$wal/%f" "%p" 2>/dev/null || cp "$wal/%f.partial" "%p" 2>/dev/null'
synchronous_standby_names = ''
SETTINGS
touch "$data.partial/recovery.signal"
mv "$data.partial" "$data"
