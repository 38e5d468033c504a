"""A patient's page and the team's, as PNG for the chat and as PDF for print. Each is a pure function of its facts.

Drawing is work for another process: the facts (`jobs.chart.facts`) and these functions can be pickled, and importing
this module loads neither matplotlib nor Pillow.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from jobs.chart.facts import ChartFacts, OwnChartFacts, TeamChartFacts


def patient_chart(facts: ChartFacts) -> bytes:
    """One patient's page as PNG, 1080 pixels wide: readable when a telephone shows it at 360.

    From the top: the verdict, what it rests on, and what to bear in mind; the leading item by days to the course, a
    panel for each of the three latest regimens, where a line belongs to the regimen of the course before; how much
    higher the week before each course was, with 95 % intervals against 0 and the threshold, as many of the latest
    courses as fit, and each regimen together; the daily scores (0-10) on a calendar of at most two years, with courses,
    the week before each, missing days, CK (each line a doubling) and steroid dose; the regimens' differences for the
    other symptoms; what the page is no proof of.
    """
    # Here, so that the process that only hands the facts over stays small.
    from jobs.chart.ink import png  # noqa: PLC0415
    from jobs.chart.pages import patient_page  # noqa: PLC0415

    return png(patient_page(facts))


def team_chart(facts: TeamChartFacts) -> bytes:
    """The team's page as PNG, 1080 pixels wide: twelve weeks of the leading item and the answer in words.

    Twelve patients, as ordered in the facts, and which of how many these are.
    """
    from jobs.chart.ink import png  # noqa: PLC0415
    from jobs.chart.pages import team_page  # noqa: PLC0415

    return png(team_page(facts))


def own_chart(facts: OwnChartFacts) -> bytes:
    """The patient's own picture as PNG, 1080 pixels wide: a calendar for each item, with the infusions, no verdict."""
    from jobs.chart.ink import png  # noqa: PLC0415
    from jobs.chart.own import own_page  # noqa: PLC0415

    return png(own_page(facts))


def patient_print(facts: Iterable[ChartFacts]) -> bytes:
    """A4 as PDF: own pages for each patient, with every finding and the tables of every number beside the picture."""
    from jobs.chart.pages import patient_papers  # noqa: PLC0415
    from jobs.chart.paper import pdf  # noqa: PLC0415

    return pdf(sheet for each in facts for sheet in patient_papers(each))


def summary_print(team: TeamChartFacts, facts: Iterable[ChartFacts]) -> bytes:
    """A4 as PDF: the team's pages, and behind them a page a patient, with every finding but without the tables."""
    from jobs.chart.pages import patient_papers, team_papers  # noqa: PLC0415
    from jobs.chart.paper import pdf  # noqa: PLC0415

    behind = (sheet for each in facts for sheet in patient_papers(replace(each, tables=())))
    return pdf(chain(team_papers(team), behind))


def team_print(facts: TeamChartFacts) -> bytes:
    """A4 as PDF: forty patients on each page."""
    from jobs.chart.pages import team_papers  # noqa: PLC0415
    from jobs.chart.paper import pdf  # noqa: PLC0415

    return pdf(team_papers(facts))
