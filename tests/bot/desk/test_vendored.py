"""What others wrote is served as it came, and nothing is served that the list does not name."""

import re
from hashlib import sha256
from pathlib import Path

import bot.desk

VENDOR = Path(bot.desk.__file__).parent / "static" / "vendor"


def test_every_vendored_file_is_the_one_of_its_package() -> None:
    listed = {
        name: told for told, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", (VENDOR / "README").read_text(), re.M)
    }
    held = {path.name: sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir() if path.name != "README"}
    assert held == listed
    assert held, "something is vendored"


def test_every_vendored_package_brings_its_licence() -> None:
    packages = {path.name.split(".")[0] for path in VENDOR.iterdir() if path.suffix in {".js", ".css"}}
    assert packages <= {path.name.split(".")[0] for path in VENDOR.glob("*.LICENSE")}
