"""The same patient's page as most would write it: pyplot, axes, tight_layout. Only for the bench to compare with."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt

from jobs.chart.facts import ChartFacts
from jobs.chart.forest import groups_shown
from jobs.chart.shapes import overlay_panels


def plain_page(facts: ChartFacts) -> bytes:
    """Overlay, forest, calendar, other items, laboratory and the other symptoms: 1080 pixels wide, as tall as ours."""
    layout: list[Any] = [["o0", "o1", "o2"], ["forest"] * 3, ["pain"] * 3, ["item1"] * 3, ["item2"] * 3, ["item3"] * 3]
    layout += [["lab"] * 3, ["s0", "s1", "s2"]]
    heights = [1, 1.2, 1.2, 0.6, 0.6, 0.6, 0.8, 1.2]
    figure, axes = plt.subplot_mosaic(layout, figsize=(10.8, 24.5), dpi=100, height_ratios=heights)
    figure.suptitle(facts.sentence, fontsize="small")
    _overlay(facts, [axes[f"o{k}"] for k in range(3)])
    _forest(facts, axes["forest"])
    for item, axis in enumerate((axes["pain"], axes["item1"], axes["item2"], axes["item3"])):
        _calendar(facts, axis, item)
    if facts.lab:
        _courses(facts, axes["lab"])
        axes["lab"].semilogy(
            [day for day, _ in facts.lab.values], [value for _, value in facts.lab.values], "ko", base=2
        )
        if facts.lab.upper_limit:
            axes["lab"].axhline(facts.lab.upper_limit, linestyle="--")
        axes["lab"].set_title(facts.lab.label)
    for k, regimen in enumerate(facts.answers[0].regimens[-3:]):
        axis = axes[f"s{k}"]
        axis.set_title(regimen.label)
        for row, answer in enumerate(facts.answers[1:]):
            mark = next(each for each in answer.regimens if each.regimen == regimen.regimen)
            axis.text(0, row + 0.2, f"{answer.label}: {mark.words}", fontsize="small", in_layout=False)
            if mark.estimate is not None and mark.low is not None and mark.high is not None:
                axis.plot([mark.low, mark.high], [row, row])
                axis.plot([mark.estimate], [row], "D")
        axis.axvline(0)
        axis.axvline(facts.threshold, linestyle="--")
        axis.set_ylim(-0.5, 4)
    figure.tight_layout()
    file = BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return file.getvalue()


def _overlay(facts: ChartFacts, axes: list[Any]) -> None:
    panels = overlay_panels(facts.courses, facts.scores(0), facts.today)[-3:]
    for axis, panel in zip(axes, panels, strict=False):
        axis.axvspan(-7, 0, alpha=0.3)
        axis.set(title=panel.regimen.regimen_label, ylim=(-0.5, 10.5), xlim=(-28, 7))
        for line in panel.lines:
            for run in line.segments:
                axis.plot([x for x, _ in run], [y for _, y in run], color="k" if line.role == "latest" else "0.7")


def _forest(facts: ChartFacts, axis: Any) -> None:
    for group in groups_shown(facts.answers[0]):
        for slot, mark in enumerate(group.courses):
            if mark.difference is not None and mark.low is not None and mark.high is not None:
                error = [[mark.difference - mark.low], [mark.high - mark.difference]]
                axis.errorbar([group.first + slot], [mark.difference], yerr=error, fmt="ko", capsize=4)
            else:
                axis.text(group.first + slot, 0, mark.words, rotation=90, in_layout=False)
    axis.axhline(0)
    axis.axhline(facts.threshold, linestyle="--")
    axis.set_title(facts.texts.forest_title)


def _calendar(facts: ChartFacts, axis: Any, item: int) -> None:
    _courses(facts, axis)
    scores = facts.scores(item)
    days = [facts.diary_from + timedelta(days=k) for k in range((facts.today - facts.diary_from).days + 1)]
    axis.plot(days, [float("nan") if (score := scores.get(day)) is None else score for day in days], color="k")
    late = [entry for entry in facts.days if entry.late and entry.values[item] is not None]
    axis.plot([entry.day for entry in late], [entry.values[item] for entry in late], "o", mfc="white", mec="k")
    axis.set(title=facts.items[item], ylim=(-0.5, 10.5))
    axis.legend([facts.items[item]])


def _courses(facts: ChartFacts, axis: Any) -> None:
    for mark in facts.courses:
        axis.axvspan(mark.course.start - timedelta(days=7), mark.course.start, alpha=0.3, color="orange")
        axis.axvspan(mark.course.start, mark.course.end + timedelta(days=1), alpha=0.5)
