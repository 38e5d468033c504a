"""The care team's forms about steroids: a new step, and the end of a running one."""

from datetime import date, timedelta
from typing import Any

from bot.dialogues.calendar import Days
from bot.dialogues.form import Form, Instead, Question, Values
from bot.dialogues.sure import sure_question
from bot.filling import ALL_STAFF, Filling, Procedure
from bot.measuring.measurement_facts import (
    MeasureFacts,
    day_choices,
    done,
    load_patient,
    past_days,
    read_day,
    version,
)
from bot.measuring.measurement_words import row_words, step_words, words
from bot.replies import Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts
from jobs import measured, measured_lines, measuring
from jobs.doubts import Doubt
from jobs.measured_lines import StopLine
from jobs.steroids import SteroidStep
from storage import measurements

STILL = Instead("still", ("form.words.still",))


def _load(filling: Filling) -> MeasureFacts:
    patient, today = load_patient(filling)
    return MeasureFacts(
        filling, patient, today, measurements.steroid_doses_of(filling.session, patient.team_id, patient.id)
    )


def _running(facts: MeasureFacts) -> list[str]:
    """The drugs that are taken today or have no end."""
    return list(dict.fromkeys(dose.drug for dose in facts.doses if measuring.step_of(dose).last >= facts.today))


def _known_drugs(facts: MeasureFacts) -> list[str]:
    return list(dict.fromkeys([*(dose.drug for dose in reversed(facts.doses)), *measured.USUAL_DRUGS]))


def _drug(text: str, facts: MeasureFacts) -> str:
    return measured.spelt(measured_lines.read_drug(text), _known_drugs(facts))


def _step(values: Values) -> SteroidStep:
    dose, alternate = values["dose"]
    last = values["to"]
    return SteroidStep(
        date.fromisoformat(values["from"]), date.fromisoformat(last) if last else None, values["drug"], dose, alternate
    )


def _check(facts: MeasureFacts, values: Values) -> None:
    """As soon as an answer makes the step impossible, not only at the end."""
    if "from" in values:
        measured.check_day(date.fromisoformat(values["from"]), facts.today)
    if values.get("to"):
        start, end = (date.fromisoformat(values[key]) for key in ("from", "to"))
        measured.check_end(end, start, facts.today)
    if "dose" in values:
        measured.check_dose(*values["dose"])
        measured.fitted(_step(values), [measuring.step_of(dose) for dose in facts.doses])


def _doubt(facts: MeasureFacts, values: Values) -> Doubt | None:
    return measured.doubt_of_dose(_step(values), [measuring.step_of(dose) for dose in facts.doses])


def _preview(texts: Texts, facts: MeasureFacts, values: Values) -> Html:
    step = _step(values)
    ended = measured.fitted(step, [measuring.step_of(dose) for dose in facts.doses])
    lines = [texts("steroid.preview", pseudonym=facts.patient.pseudonym, step=step_words(step, texts))]
    if ended is not None:
        last = step.start - timedelta(days=1)
        lines.append(texts("steroid.ends_running", running=step_words(ended, texts), date=last))
        if step.end is not None:
            lines.append(texts("steroid.none_after", drug=step.drug, date=step.end))
    return Html("\n\n".join(lines))


def _apply(filling: Filling, facts: MeasureFacts, values: Values) -> Screen:
    texts = filling.texts
    row = measuring.add_step(filling.session, filling.actor, facts.patient, _step(values), filling.now)
    said = texts("measure.done", pseudonym=facts.patient.pseudonym, entry=row_words(row, texts))
    return done(facts, said, texts, undo_button(filling, texts))


def _check_stop(facts: MeasureFacts, values: Values) -> None:
    if "day" in values:
        day = date.fromisoformat(values["day"])
        dose = measuring.step_to_stop(facts.doses, values["drug"], day)
        measured.check_end(day, dose.starts_on, facts.today)
        if day < facts.today:
            measured.check_day(day, facts.today)


def _preview_stop(texts: Texts, facts: MeasureFacts, values: Values) -> Html:
    day = date.fromisoformat(values["day"])
    dose = measuring.step_to_stop(facts.doses, values["drug"], day)
    return texts("steroid_stop.preview", pseudonym=facts.patient.pseudonym, step=row_words(dose, texts), date=day)


def _apply_stop(filling: Filling, facts: MeasureFacts, values: Values) -> Screen:
    texts, day = filling.texts, date.fromisoformat(values["day"])
    row = measuring.stop(filling.session, filling.actor, facts.patient, values["drug"], day, filling.now)
    said = texts("measure.done", pseudonym=facts.patient.pseudonym, entry=row_words(row, texts))
    return done(facts, said, texts, undo_button(filling, texts))


def _read_dose(value: str, *_: object) -> list[float | None]:
    return list(measured_lines.read_dose(value))


def _days_after(facts: MeasureFacts, values: Values) -> Days:
    first = date.fromisoformat(values["from"])
    return Days(first, first, last=facts.today + measured.FARTHEST_AHEAD)


def _ask(key: str) -> Any:
    return lambda texts, facts, values: texts(
        key, pseudonym=facts.patient.pseudonym, drug=values.get("drug", ""), most=measured.LONGEST_DRUG
    )


def said(facts: MeasureFacts, text: str) -> tuple[Procedure, Values]:
    """What a line says, and which form it belongs to."""
    line = measured_lines.read_steroid(text, facts.days, words())
    if isinstance(line, StopLine):
        return STOP, {"drug": _drug(line.drug, facts), "day": line.day.isoformat()}
    span = {"from": line.start.isoformat(), "to": line.end.isoformat() if line.end else None}
    return STEROID, {"drug": _drug(line.drug, facts), **span, "dose": [line.dose, line.alternate]}


STEROID = Procedure(
    Form(
        "steroid",
        (
            Question(
                "drug",
                _ask("steroid.ask_drug"),
                lambda value, facts, _: _drug(value, facts),
                lambda _texts, facts, _: [(drug, drug) for drug in _known_drugs(facts)[:8]],
                width=2,
            ),
            Question("from", _ask("steroid.ask_from"), read_day, day_choices, width=2, calendar=past_days),
            Question(
                "to",
                _ask("steroid.ask_to"),
                read_day,
                lambda texts, *_: [(texts("steroid.button.still"), STILL.data)],
                instead=(STILL,),
                calendar=_days_after,
            ),
            Question("dose", _ask("steroid.ask_dose"), _read_dose),
            sure_question(_doubt),
        ),
        _preview,
        _check,
    ),
    _load,
    _apply,
    version,
    roles=ALL_STAFF,
)
STOP = Procedure(
    Form(
        "steroid_stop",
        (
            Question(
                "drug",
                _ask("steroid_stop.ask_drug"),
                lambda value, facts, _: _drug(value, facts),
                lambda _texts, facts, _: [(drug, drug) for drug in _running(facts)[:8]],
                width=2,
            ),
            Question("day", _ask("steroid_stop.ask_day"), read_day, day_choices, width=2, calendar=past_days),
        ),
        _preview_stop,
        _check_stop,
    ),
    _load,
    _apply_stop,
    version,
    roles=ALL_STAFF,
)
