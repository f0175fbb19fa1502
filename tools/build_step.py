"""The setuptools step that puts the third-party front-end files into a wheel."""

import subprocess
import sys
from pathlib import Path

from setuptools.command.build_py import build_py

VENDOR_ASSETS = Path(__file__).resolve().with_name("vendor_assets.py")


class AssetsThenPackages(build_py):
    """An editable install reads the checkout, where ``make assets`` has put them already."""

    def run(self) -> None:
        if not self.editable_mode:
            subprocess.run([sys.executable, VENDOR_ASSETS], check=True)
        super().run()
