"""What people read in a bundle: its words, in one language. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """`language`: BCP 47. `items`: the label of each question; `questions`: as they are asked in the version `wording`.

    `definition`: of a question, with {item}. `revision`: of an answer that was corrected, with {day}, {item},
    {revision} and {value}. `reasons`: by code, why a course was cancelled. `regimen`: with {name}. `dose`,
    `dose_in_turn`: mg a day with {dose}. `alert_value`, `alert_rise`: a rule that was met, with {item}, {threshold} and
    {days}. The rest is plain text.
    """

    language: str
    decimal_mark: str
    items: Mapping[str, str]
    wording: str
    questions: Mapping[str, str]
    code_system: str
    definition: str
    questionnaire: str
    own_questionnaire: str
    flights: str
    consent: str
    note: str
    revision: str
    skipped: str
    infusion: str
    cancelled: str
    reasons: Mapping[str, str]
    regimen: str
    dose: str
    dose_in_turn: str
    alert_value: str
    alert_rise: str
    creatine_kinase: str
    weight: str

    def question(self, item: str, wording: str) -> str:
        """As it was asked; one of another version is told by its label alone."""
        return self.questions[item] if wording == self.wording else self.items[item]

    def number(self, value: float) -> str:
        return f"{value:g}".replace(".", self.decimal_mark)
