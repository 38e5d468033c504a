"""What others wrote is served as it came, each with its licence, and nothing is served that the list does not name."""

from hashlib import sha256
from pathlib import Path

import bot.desk

VENDOR = Path(bot.desk.__file__).parent / "static" / "vendor"


def listed() -> dict[str, list[str]]:
    """By file: its package, version, licence and sum."""
    lines = (VENDOR / "README").read_text().split("sha256\n")[1].splitlines()
    return {name: rest for name, *rest in (line.split() for line in lines)}


def test_every_vendored_file_is_the_one_of_its_package() -> None:
    held = {path.name: sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir() if path.name != "README"}
    assert held == {name: told[-1] for name, told in listed().items()}


def test_every_vendored_package_brings_its_licence() -> None:
    packages = {told[0] for told in listed().values()}
    assert packages == {told[0] for name, told in listed().items() if name.endswith("-LICENSE")}
