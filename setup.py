"""One build step; everything else about the package is in setup.cfg."""

import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

VENDOR_ASSETS = Path(__file__).resolve().parent / "tools" / "vendor_assets.py"


class AssetsThenPackages(build_py):
    """Puts the front-end files into a wheel; an editable install reads the checkout, where make has put them."""

    def run(self) -> None:
        if not self.editable_mode:
            subprocess.run([sys.executable, VENDOR_ASSETS], check=True)
        super().run()


setup(cmdclass={"build_py": AssetsThenPackages})
