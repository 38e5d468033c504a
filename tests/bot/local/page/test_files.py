"""The files the browser loads: their texts, their colours, and that nothing comes from elsewhere."""

from __future__ import annotations

import re

import pytest

from bot.local.page import FOLDER
from tests.bot.local.page.stage import TEXTS


def test_every_text_of_the_page_is_asked_of_the_catalogue_and_none_in_vain() -> None:
    used: set[str] = set()
    for path in FOLDER.iterdir():
        used |= set(re.findall(r"page\.[a-z_]+(?=['\"])", path.read_text()))
    used |= {f"page.role_{role}" for role in ("patient", "clinician", "coordinator")}
    assert used == set(TEXTS)


def test_the_page_has_no_inline_script_or_style() -> None:
    page = (FOLDER / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\s(style|on\w+)=", page) == []
    for path in FOLDER.glob("*.js"):
        assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text()) == []


def test_nothing_the_page_loads_comes_from_elsewhere() -> None:
    for path in FOLDER.iterdir():
        addresses = set(re.findall(r"https?://[^\s'\"`]+", path.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg", "https://${covered}"}, path.name


def colours(dark: bool) -> dict[str, tuple[float, float, float, float]]:
    """The style sheets' colour variables: red, green, blue and opacity, each 0 to 1."""
    found = {}
    for sheet in ("style.css", "chat.css"):
        blocks = re.findall(r":root \{(.*?)\}", (FOLDER / sheet).read_text(), re.DOTALL)
        for block in blocks[: 2 if dark else 1]:
            for name, digits in re.findall(r"--([\w-]+): #(\w{6});", block):
                red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
                found[name] = (red, green, blue, 1.0)
            for name, *parts in re.findall(r"--([\w-]+): rgb\((\d+) (\d+) (\d+) / (\d+)%\);", block):
                red, green, blue = (int(part) / 255 for part in parts[:3])
                found[name] = (red, green, blue, int(parts[3]) / 100)
    return found


def contrast(front: tuple[float, ...], back: tuple[float, ...]) -> float:
    """WCAG 2.2's contrast ratio of two opaque colours."""

    def luminance(colour: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("ink", "surface"),
        ("ink-quiet", "surface"),
        ("ink-quiet", "surface-quiet"),
        ("accent-strong", "surface"),
        ("accent-strong", "accent-wash"),
        ("accent-ink", "accent"),
        ("accent-ink", "badge"),
        ("warning", "warning-wash"),
        ("ink", "in"),
        ("ink", "out"),
        ("meta-in", "in"),
        ("meta-out", "out"),
        ("link", "in"),
        ("link", "out"),
        ("code", "in"),
        ("code", "out"),
        ("ink-quiet", "in"),
    ],
)
def test_text_stands_out_from_what_is_behind_it(dark: bool, front: str, back: str) -> None:
    known = colours(dark)
    assert contrast(known[front], known[back]) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("paper", ["paper-a", "paper-b", "paper-c"])
def test_keys_can_be_read_wherever_the_wallpaper_shows_through(dark: bool, paper: str) -> None:
    known = colours(dark)
    *pill, opacity = known["pill"]
    seen = tuple(c * opacity + p * (1 - opacity) for c, p in zip(pill, known[paper][:3], strict=True))
    assert contrast((1, 1, 1), seen) >= 4.5
