"""What others have made is here unchanged, with its licence, and asks nobody for anything."""

import hashlib
import re

from bot.desk.application import STATIC

VENDOR = STATIC / "vendor"


def test_each_file_is_the_one_that_the_list_names() -> None:
    listed = dict(re.findall(r"^(\S+) .* ([0-9a-f]{64})$", (VENDOR / "README").read_text(), re.M))
    files = {path.name for path in VENDOR.iterdir() if path.suffix in {".js", ".css"}}
    assert files == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_each_name_has_a_version_since_browsers_keep_what_is_under_it_for_ever() -> None:
    for path in VENDOR.iterdir():
        if path.suffix in {".js", ".css"}:
            assert re.search(r"-\d+\.\d+\.\d+\.", path.name), path.name


def test_each_package_brings_its_licence() -> None:
    packages = {
        line.split()[1] for line in (VENDOR / "README").read_text().splitlines() if re.search("[0-9a-f]{64}$", line)
    }
    assert packages
    assert all((VENDOR / f"{package}-LICENSE").exists() for package in packages)


def test_no_page_loads_anything_from_elsewhere() -> None:
    own = [
        *STATIC.glob("*.js"),
        *STATIC.glob("chart/*.js"),
        *STATIC.glob("*.css"),
        *(STATIC.parent / "templates").glob("*.html"),
    ]
    for path in own:
        addresses = set(re.findall(r"https?://[\w.-]+", path.read_text()))
        assert not addresses, f"{path.name} names {addresses}"
