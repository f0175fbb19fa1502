"""Every setting in one place: its name in the environment, its default and what it means.

``docs/settings.md`` is made from this file by ``tools/settings_doc.py``; ``environment.py`` says how a value is read.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import environment as env
from environment import Derived, Setting

HERE = Path(__file__).resolve().parent
# An error of the database must not carry what somebody wrote into the log (security.md R19).
SILENT = {"hide_parameters": True}
# The connection used last comes first: it has read SQLite's schema, which takes a new one 5 ms, or keeps PostgreSQL's
# plans, which each of them makes for itself.
WARM = {"pool_use_lifo": True}


def engine_options(config: Any) -> dict[str, Any]:
    """A lost connection is noticed and replaced; nobody waits for ever, for a connection, a lock or an answer."""
    if config.SQLALCHEMY_DATABASE_URI.startswith("sqlite"):
        pool = {"pool_size": 16, "max_overflow": 0, "pool_timeout": 30}
        return {"connect_args": {"timeout": 30}, **pool, **WARM, **SILENT}
    # The planner takes pages far apart for four times as dear as neighbours, as on turning discs: a steward's 200
    # enterprises were sought by reading all of them. Compiling a statement of milliseconds costs more than it saves.
    # A page joins a few rows; a plan that is kept for all pages took it for likely to meet them early in a whole table.
    limits = {"statement_timeout": "15s", "lock_timeout": "3s", "idle_in_transaction_session_timeout": "30s",
              "random_page_cost": "1.1", "jit": "off", "enable_mergejoin": "off"}
    return {
        "connect_args": {
            "connect_timeout": 3,
            "options": " ".join(f"-c {name}={limit}" for name, limit in limits.items()),
        },
        "pool_size": config.DATABASE_POOL,
        "pool_recycle": 1800,
        **WARM,
        **SILENT,
    }


def binds(config: Any) -> dict[str, Any]:
    """The replica beside the site's own database, where there is one."""
    url = config.REPORTS_DATABASE_URL
    return {"reports": {"url": url, **engine_options(config)}} if url else {}


class Config:
    """Development on one's own machine: plain http on 127.0.0.1, everything under ``var/``."""

    environment: Mapping[str, str] = os.environ

    SITE_NAME = Setting(env.text, default="政企直通车", means="系统名称，见于页面标题和短信落款")
    CITY = Setting(env.text, default="云州", means="所在城市，见于页面和公文")
    PUBLIC_URL = Setting(env.web_address, default="http://127.0.0.1:8000", means="对外网址，用于短信和二维码中的链接")
    VAR_DIR = Setting(env.folder, default=HERE / "var", shown="程序目录下的 `var`", means="运行时产生的文件的目录")
    ATTACHMENTS_DIR = Setting(
        env.folder, default=lambda c: c.VAR_DIR / "attachments", shown="`VAR_DIR/attachments`", means="附件存放目录"
    )
    ATTACHMENTS_BUCKET = Setting(
        env.bucket_address, default="", shown="无，放在 `ATTACHMENTS_DIR`",
        means="附件改放 S3 兼容的对象存储（见 deploy.md）：`https://主机/桶`，或 `https://桶.主机`；须装 `.[s3]`",
    )
    ATTACHMENTS_REGION = Setting(env.text, default="us-east-1", means="对象存储的区域名")
    ATTACHMENTS_KEY_ID = Setting(
        env.text, shown="用对象存储时必须设置", means="对象存储的 Access Key ID，只须能读、写、删、列这一个桶",
        default=env.required_with("ATTACHMENTS_BUCKET", "设了 ATTACHMENTS_BUCKET 就必须设置 ATTACHMENTS_KEY_ID"),
    )
    ATTACHMENTS_SECRET = Setting(
        env.text, shown="用对象存储时必须设置", means="对象存储的 Secret Access Key", secret=True,
        default=env.required_with("ATTACHMENTS_BUCKET", "设了 ATTACHMENTS_BUCKET 就必须设置 ATTACHMENTS_SECRET"),
    )
    ATTACHMENTS_CA_FILE = Setting(
        env.folder, default=None, shown="无，用系统的", means="签发对象存储证书的单位自有 CA（PEM 文件）"
    )
    DATABASE_URL = Setting(
        env.database_address,
        default=lambda c: f"sqlite:///{c.VAR_DIR}/zhitongche.sqlite3",
        shown="SQLite，`VAR_DIR/zhitongche.sqlite3`",
        means="数据库：`postgresql://用户:口令@主机/库名` 或 `sqlite:////绝对路径`",
        secret=True,
    )
    MIGRATIONS_DATABASE_URL = Setting(
        env.database_address, default="", shown="无，用 `DATABASE_URL`", secret=True,
        means="建表、升级、恢复用的数据库账户（库和表的属主，PostgreSQL），写法同 `DATABASE_URL`：只在运行 `init`、`restore` 时给，"
        "`DATABASE_URL` 的账户就只能读写，不能改表、不能动日志；见 deploy.md 的“两个数据库账户”",
    )
    SQLITE_REPLICATED = Setting(
        env.switch, default=False,
        means="有 Litestream 在复制 SQLite 库时设 `on`（见 backup.md）：检查点只由它做；没有它在运行，日志文件会一直变大",
    )
    REPORTS_DATABASE_URL = Setting(
        env.database_address, default="", shown="无，都读主库", secret=True,
        means="指标、评价墙、登记簿等报表页面读的只读备库（流复制），写法同 `DATABASE_URL`；页面写明数据截至几时，备库不通时读主库",
    )
    DATABASE_UNENCRYPTED = Setting(
        env.switch, default=False,
        means="数据库在别的机器上时，生产环境要求各个数据库地址写 `sslmode=verify-full`（或 `verify-ca`）；到它的线路是封闭的、确实不用加密的设 `on`",
    )
    DATABASE_POOL = Setting(env.whole(1, 100), default=8, means="每个进程常备的 PostgreSQL 连接数")
    SECRET_KEY = Setting(
        env.secret_key,
        default=lambda c: env.kept_secret(c.VAR_DIR / "secret"),
        shown="首次启动时生成，存于 `VAR_DIR/secret`",
        means=f"会话签名密钥：{env.SECRET_ADVICE}",
        secret=True,
    )
    SECRET_KEY_FALLBACKS = Setting(
        env.secret_keys,
        default=[],
        shown="无",
        means="换密钥后 8 小时内仍认可的旧密钥，以逗号分隔",
        secret=True,
    )
    DATA_KEYS = Setting(
        env.secret_keys,
        default=lambda c: [env.kept_secret(c.VAR_DIR / "data_key")],
        shown="首次启动时生成，存于 `VAR_DIR/data_key`",
        means=f"加密库中电话号码和两步验证密钥的密钥，不随备份，丢了就打不开：{env.SECRET_ADVICE}；换密钥时新的写在前面，以逗号分隔",
        secret=True,
    )
    TWO_STEPS = Setting(
        env.one_of("off", "privileged", "all"),
        default="off",
        means="两步验证：`privileged` 时系统、安全、审计管理员、督办员和单位负责人必须在密码之后再输入手机动态码；`all` 时人人必须；`off` 由个人自愿",
    )
    TRUSTED_HOSTS = Setting(
        env.names,
        default=lambda c: ["127.0.0.1", "localhost", env.host_of(c.PUBLIC_URL)],
        shown="`127.0.0.1`、`localhost` 和 `PUBLIC_URL` 的主机名",
        means="认可的主机名，以逗号分隔；其他一律拒绝",
    )
    PROXY_COUNT = Setting(env.whole(0, 3), default=0, means="前置反向代理层数；为 0 时不信任任何转发头")
    SESSION_COOKIE_SECURE = Setting(env.switch, default=False, means="会话 Cookie 只经 https 发送（`on`、`off`）")
    PERMANENT_SESSION_LIFETIME = Setting(env.duration, default=timedelta(hours=8), means="登录的最长有效时间")
    SESSION_IDLE = Setting(env.duration, default=timedelta(minutes=30), means="无操作自动退出的时间")
    SESSION_IDLE_PRIVILEGED = Setting(
        env.duration, default=timedelta(minutes=15), means="管理员、督查人员无操作自动退出的时间"
    )
    PASSWORD_PROFILE = Setting(
        env.one_of("dengbao3", "asvs"), default="dengbao3",
        means="密码规则：`dengbao3`（等保三级：12 位、三种字符、90 天一换、不用最近 5 次的）或 `asvs`（OWASP：15 位，不限种类，不过期）；"
        "两者都不许用常用密码和用户名、单位、城市、系统的名称",
    )
    LEAKED_PASSWORDS = Setting(
        env.list_of_digests, default=None, shown="无",
        means="泄露过的密码的名单（Have I Been Pwned 的 SHA-1 文件，按摘要排序，每行 `摘要:次数`）：新密码在里面的不收；没有时只查一万个最常用的",
    )
    PROVEN_FOR = Setting(
        env.duration, default=timedelta(minutes=10),
        means="显示号码、导出、改岗位和角色、批准延期、改规则和日历、签收和答复督办公文、看投诉之前，密码多久之内核对过才算数；过了、或换了网络地址就再问一次",
    )
    NUMBERS_SHOWN_A_DAY = Setting(env.whole(0, 1000), default=20, means="每人每天最多“显示号码”多少次；直接拨打的不算")
    CONTACTS_KEPT_DAYS = Setting(env.whole(1095, 36500), default=1095,
                                 means="办结多少天后清除诉求的联系人和电话，至少三年（网络数据安全管理条例第十二条）")
    TRACES_KEPT_DAYS = Setting(env.whole(180, 3650), default=365,
                               means="登录会话、收到的短信、过期的邀请保留多少天，至少六个月（网络安全法第二十一条）")
    IMPORT_FILES_KEPT_DAYS = Setting(env.whole(1, 3650), default=30, means="上传的导入文件保留多少天")
    SESSIONS_PER_ACCOUNT = Setting(env.whole(1, 20), default=3, means="一个账户同时登录数的上限")
    MAX_CONTENT_LENGTH = Setting(env.size, default=env.size("12MiB"), means="一次请求的总大小上限")
    ATTACHMENT_BYTES = Setting(env.size, default=env.size("10MiB"), means="单个附件的大小上限")
    ATTACHMENTS_PER_TICKET = Setting(
        env.whole(1, 100), default=10, means="一次提交（诉求、补充、留言各算一次）的附件个数上限"
    )
    ATTACHMENT_QUOTA = Setting(env.size, default=env.size("200MiB"), means="每家企业的附件总量上限")
    CLAMD_ADDRESS = Setting(
        env.scanner_address, default="", shown="无，不查毒",
        means="查毒程序 ClamAV 的 clamd（见 deploy.md）：套接字的路径，或 `主机名:端口`；设了以后，查过没有病毒的文件才收，它不答复就都不收",
    )
    IMPORTS_DIR = Setting(
        env.folder, default=lambda c: c.VAR_DIR / "imports", shown="`VAR_DIR/imports`", means="导入文件存放目录"
    )
    IMPORT_BYTES = Setting(env.size, default=env.size("100MiB"), means="单个导入文件的大小上限")
    IMPORT_ROWS = Setting(env.whole(1, 1_000_000), default=500_000, means="单个导入文件的行数上限")
    DEMO = Setting(env.switch, default=False, means="演示：登录页列出演示账号，点一下即登录；不要用于正式数据（`on`、`off`）")
    OFFICE_HOURS = Setting(
        env.office_hours,
        default=env.office_hours("08:30-12:00,13:30-17:30"),
        means="办公时间（北京时间）；按小时计的时限只计这些时段",
    )
    TEXTING = Setting(
        env.one_of("console", "off", "gateway"),
        default="console",
        means="短信由谁发：`console` 打印在定时作业的终端上，只供开发和演示；`gateway` 短信网关；`off` 不发，企业不能自助认领",
    )
    CLOCK_GAP = Setting(
        env.duration, default=timedelta(hours=72),
        means="重启机器或换机器后，停机不超过这么久就直接恢复作业；更久、或时间倒退，须系统管理员确认时间",
    )
    TEXT_GATEWAY_URL = Setting(
        env.gateway_address, shown="用网关时必须设置", means="短信网关的网址，格式见 operations.md",
        default=env.required_when("TEXTING", "gateway", "TEXTING=gateway 时必须设置 TEXT_GATEWAY_URL"),
    )
    TEXT_GATEWAY_SECRET = Setting(
        env.secret_key, shown="用网关时必须设置", means=f"给短信网关的请求签名用的密钥：{env.SECRET_ADVICE}", secret=True,
        default=env.required_when("TEXTING", "gateway", "TEXTING=gateway 时必须设置 TEXT_GATEWAY_SECRET"),
    )
    TEXT_CALLBACK_SECRET = Setting(
        env.secret_key, default="", shown="无，不接收", secret=True,
        means=f"短信网关送来用户回复时签名用的密钥；不设就没有这个接口：{env.SECRET_ADVICE}",
    )
    TEXT_SENDERS_VOUCHED = Setting(
        env.switch, default=False,
        means="网关和运营商保证上行短信的号码不能冒用时设 `on`：只有一个评价请求在等时，单回 1–5 也算；否则须带评价码（`on`、`off`）",
    )
    TEXTS_PER_HOUR = Setting(
        env.whole(1, 10_000_000), default=2_000, means="全站一小时的短信预算，超过时“运行状况”和监控报警；不停发，否则谁都能让别人收不到",
    )
    TEXTS_PER_DAY = Setting(env.whole(1, 10_000_000), default=20_000, means="全站 24 小时的短信预算，超过时同上")
    MAIL_SERVER = Setting(env.mail_server, default="", shown="无，不发邮件", means="发邮件的服务器，`主机名:端口`")
    MAIL_SECURITY = Setting(
        env.one_of("starttls", "tls", "none"), default="starttls", means="与邮件服务器的连接：`starttls`、`tls`、`none`"
    )
    MAIL_USER = Setting(env.text, default="", shown="无", means="邮件服务器的用户名")
    MAIL_PASSWORD = Setting(env.text, default="", shown="无", means="邮件服务器的口令", secret=True)
    MAIL_FROM = Setting(
        env.mail_address, default=lambda c: f"noreply@{env.host_of(c.PUBLIC_URL)}",
        shown="noreply@ 加 `PUBLIC_URL` 的主机名", means="邮件的发件地址",
    )
    WECOM_URL = Setting(
        env.gateway_address, default="https://qyapi.weixin.qq.com/cgi-bin/webhook/send", means="企业微信群机器人的网址，不带 key"
    )
    WECOM_KEY = Setting(env.text, default="", shown="无，不发企业微信", means="企业微信群机器人的 key", secret=True)
    DINGTALK_URL = Setting(
        env.gateway_address, default="https://oapi.dingtalk.com/robot/send", means="钉钉群机器人的网址，不带参数"
    )
    DINGTALK_TOKEN = Setting(env.text, default="", shown="无，不发钉钉", means="钉钉群机器人的 access_token", secret=True)
    DINGTALK_SECRET = Setting(env.text, default="", shown="无，不签名", means="钉钉群机器人的加签密钥", secret=True)
    GATEWAY_SECONDS = Setting(env.whole(1, 60), default=10, means="一次发送最多等多少秒，从连接到答完")
    METRICS_TOKEN = Setting(
        env.secret_key, default="", shown="无，没有 /metrics", secret=True,
        means=f"监控程序读 `/metrics` 时出示的令牌（`Authorization: Bearer …`）：{env.SECRET_ADVICE}",
    )
    METRICS_DIR = Setting(
        env.folder, default=lambda c: c.VAR_DIR / "metrics", shown="`VAR_DIR/metrics`",
        means="各进程计数的文件所在目录，宜在内存盘（如 `/run`、`/dev/shm`）：写满的磁盘上，正在计数的进程会被系统中止",
    )
    LETTER_FONTS = Setting(
        env.names,
        default=["FangSong_GB2312", "FangSong", "仿宋", "Noto Serif SC"],
        shown="`FangSong_GB2312`、`FangSong`、`仿宋`、`Noto Serif SC`",
        means="公文 PDF 的字体名，先后为序，以逗号分隔；都没有时用随程序带的思源宋体（Noto Serif SC）",
    )
    LETTER_FONTS_DIR = Setting(
        env.folder, default=None, shown="无", means="单位自有字体（如仿宋、小标宋）的目录；程序只带自由字体"
    )
    BACKUPS = Setting(
        env.switch, default=False,
        means="每夜备份全站，并在临时库里恢复核对（`on`、`off`）；另有备份办法的可以关闭",
    )
    BACKUPS_DIR = Setting(
        env.folder, default=lambda c: c.VAR_DIR / "backups", shown="`VAR_DIR/backups`",
        means="每夜备份存放目录，应在另一块磁盘或另一台机器上",
    )
    BACKUPS_KEPT = Setting(env.whole(1, 3650), default=35, means="保留最近多少份每夜备份")
    DRILL_DATABASE_URL = Setting(
        env.database_address, default="", shown="与数据库同一服务器", secret=True,
        means="恢复演练用的数据库地址，同 `DATABASE_URL` 的写法；演练在它旁边建 `…_drill` 库，用后即删，账户须能建库",
    )
    SLOW_STATEMENT_MS = Setting(
        env.whole(1, 60_000), default=1000, means="数据库语句用时达到这么多毫秒的，写一行日志；只写语句，不写参数"
    )
    LOG_ALGORITHM = Setting(
        env.digest_algorithm, default="sha256",
        means="日志链新增各条的摘要算法：`sha256`，密评要求国密的用 `sm3`；可以中途更换，以前的各条仍按当时的算法校验",
    )
    ANCHORS = Setting(
        env.switch, default=False,
        means="每 10 分钟、每 1,000 条给日志链签名封锚；启动时日志没有接上最后的锚点、或锚点以后有损坏就只读（`on`、`off`）",
    )
    ANCHOR_KEY_FILE = Setting(
        env.folder, default=lambda c: c.VAR_DIR / "anchor.key", shown="首次使用时生成，`VAR_DIR/anchor.key`",
        means="锚点的签名密钥文件（Ed25519），只许本程序的账户读，数据库账户不能读；公钥在同名的 `.pub`",
    )
    ANCHORS_FILE = Setting(
        env.folder, default=lambda c: c.VAR_DIR / "anchors.txt", shown="`VAR_DIR/anchors.txt`",
        means="锚点另存的文件，一行一个，只增不改；多台机器时须各台都能看到",
    )
    WITNESS_URL = Setting(
        env.gateway_address, default="", shown="无，只存文件", means="见证方（另一家单位运行的 `witness.py`）收锚点的网址"
    )
    SWEEP_SECONDS = Setting(env.whole(5, 600), default=30, means="巡检间隔的秒数；到期事项由巡检预警、督办")

    PASSWORDS_EXPIRE = Derived(lambda c: not c.DEMO)  # the demonstration's are printed on its first page
    SQLALCHEMY_DATABASE_URI = Derived(lambda c: c.DATABASE_URL)
    SQLALCHEMY_ENGINE_OPTIONS = Derived(engine_options)
    SQLALCHEMY_BINDS = Derived(binds)
    # The browser holds the prefix to its promises (Secure, Path=/, no Domain), so plain http cannot carry it.
    SESSION_COOKIE_NAME = Derived(lambda c: "__Host-zqztc" if c.SESSION_COOKIE_SECURE else "zqztc")
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"  # Strict would break links from text messages
    SESSION_REFRESH_EACH_REQUEST = False
    MAX_FORM_MEMORY_SIZE = env.size("256KiB")
    MAX_FORM_PARTS = 200
    WTF_CSRF_TIME_LIMIT = Derived(lambda c: int(c.PERMANENT_SESSION_LIFETIME.total_seconds()))
    WTF_CSRF_SSL_STRICT = True
    # WTForms' own Chinese messages; Flask-WTF's way would need Babel and falls back to English.
    WTF_I18N_ENABLED = False


class Testing(Config):
    """Tests see the defaults, whatever the developer's shell exports."""

    environment: Mapping[str, str] = {}
    TESTING = True
    PASSWORDS_EXPIRE = False  # stories take years
    PROVEN_FOR = timedelta(hours=8)  # stories take hours; tests/access/test_proving.py has its own
    SECRET_KEY = "only-for-tests-0123456789abcdefghijklmnopqrstuvwxyz"
    DATA_KEYS = ["only-for-tests-abcdefghijklmnopqrstuvwxyz0123456789"]


class Production(Config):
    """Refuses to start half configured."""

    PREFERRED_URL_SCHEME = "https"
    SECRET_KEY = vars(Config)["SECRET_KEY"].but(
        default=env.required(f"生产环境必须设置 SECRET_KEY：{env.SECRET_ADVICE}"), shown="必须设置"
    )
    DATA_KEYS = vars(Config)["DATA_KEYS"].but(
        default=env.required(f"生产环境必须设置 DATA_KEYS：{env.SECRET_ADVICE}"), shown="必须设置"
    )
    TWO_STEPS = vars(Config)["TWO_STEPS"].but(parse=env.one_of("privileged", "all"), default="privileged")
    PUBLIC_URL = vars(Config)["PUBLIC_URL"].but(
        parse=env.https_address,
        default=env.required("生产环境必须设置 PUBLIC_URL：对外的 https 网址"),
        shown="必须设置，`https://…`",
    )
    TRUSTED_HOSTS = vars(Config)["TRUSTED_HOSTS"].but(
        default=lambda c: [env.host_of(c.PUBLIC_URL)], shown="`PUBLIC_URL` 的主机名"
    )
    DATABASE_URL = vars(Config)["DATABASE_URL"].but(beside=env.encrypted_outside)
    MIGRATIONS_DATABASE_URL = vars(Config)["MIGRATIONS_DATABASE_URL"].but(beside=env.encrypted_outside)
    REPORTS_DATABASE_URL = vars(Config)["REPORTS_DATABASE_URL"].but(beside=env.encrypted_outside)
    DRILL_DATABASE_URL = vars(Config)["DRILL_DATABASE_URL"].but(beside=env.encrypted_outside)
    SESSION_COOKIE_SECURE = vars(Config)["SESSION_COOKIE_SECURE"].but(parse=env.switched_on, default=True)
    BACKUPS = vars(Config)["BACKUPS"].but(default=True)
    ANCHORS = vars(Config)["ANCHORS"].but(default=True)
    # A code on a terminal is a code in whatever keeps the terminal's lines.
    TEXTING = vars(Config)["TEXTING"].but(parse=env.one_of("off", "gateway"), default="off")


KINDS: dict[str, type[Config]] = {"development": Config, "production": Production}


def from_environment(environment: Mapping[str, str] = os.environ) -> type[Config]:
    """The class that ``ZHITONGCHE_ENV`` names, checked: what wsgi.py and the command line build the app from."""
    chosen = env.kind_named(environment.get("ZHITONGCHE_ENV") or "development", KINDS)
    env.check(chosen)
    return chosen
