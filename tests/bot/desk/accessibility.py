"""What axe finds wrong with a page."""

from collections.abc import Iterator, Sequence

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from tests.bot.desk.at_the_desk import SCREEN, SMALL

SIZES: Sequence[ViewportSize] = (SCREEN, SMALL)
VIOLATIONS = "axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)"


def faults(page: Page) -> list[str]:
    """Each with where it is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in page.evaluate(VIOLATIONS)]


def looks(page: Page) -> Iterator[str]:
    """The same page large and small, light and dark, in turn; the name of each look."""
    for size in SIZES:
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            yield f"{size['width']}, {scheme}"
