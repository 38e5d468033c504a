"""The care team's forms about what is measured, CK and weight, and about removing what was entered."""

from collections.abc import Callable
from datetime import date

from sqlmodel import Session

from bot.dialogues.form import NONE, Form, Question, Values
from bot.dialogues.sure import sure_question
from bot.filling import ALL_STAFF, Filling, Procedure
from bot.measuring.measurement_facts import (
    MeasureFacts,
    Whose,
    day_question,
    done,
    load_patient,
    read_number,
    version,
)
from bot.measuring.measurement_words import row_words, value_words
from bot.replies import Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts
from jobs import measured, measured_lines, measuring
from jobs.doubts import Doubt
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.measured import Value
from jobs.refusals import Refusal
from storage import measurements
from storage.models import Measurement, SteroidDose


def _load_ck(filling: Filling) -> MeasureFacts:
    patient, today = load_patient(filling)
    known = measurements.measurements_of(filling.session, patient.team_id, patient.id, CREATINE_KINASE)
    own = [value.upper_limit for value in known if value.upper_limit is not None]
    teams_own = measurements.latest_upper_limit(filling.session, patient.team_id, CREATINE_KINASE)
    limit: tuple[float, Whose] | None = None
    if own:
        limit = (own[-1], "patient")
    elif teams_own is not None:
        limit = (teams_own, "team")
    return MeasureFacts(filling, patient, today, known, limit)


def _load_weight(filling: Filling) -> MeasureFacts:
    patient, today = load_patient(filling)
    return MeasureFacts(
        filling, patient, today, measurements.measurements_of(filling.session, patient.team_id, patient.id, WEIGHT)
    )


def _load_row(filling: Filling) -> MeasureFacts:
    """The one that is to be removed."""
    patient, today = load_patient(filling)
    of, number = filling.subject["row"]
    row = row_of_team(filling.session, patient.team_id, of, number)
    if row is None or row.patient_id != patient.id:
        raise Refusal("refusal.gone")
    return MeasureFacts(filling, patient, today, [row])


def row_of_team(session: Session, team_id: int, of: str, number: int) -> Measurement | SteroidDose | None:
    """`of`: `m` a measured value, `s` a steroid dose."""
    if of == "m":
        return measurements.measurement_of_team(session, team_id, number)
    return measurements.steroid_dose_of_team(session, team_id, number)


def _value(analyte: str, values: Values) -> Value:
    return Value(analyte, date.fromisoformat(values["day"]), values["value"], values.get("limit"))


def _check(analyte: str) -> Callable[[MeasureFacts, Values], None]:
    def check(facts: MeasureFacts, values: Values) -> None:
        if "day" in values:
            measured.check_day(date.fromisoformat(values["day"]), facts.today)
        if values.get("limit") is not None:
            measured.check_limit(values["limit"])
        if "value" in values:
            measured.check_value(analyte, values["value"])
            measuring.check_new(_value(analyte, values), facts.values)

    return check


def _doubt(analyte: str) -> Callable[[MeasureFacts, Values], Doubt | None]:
    def doubt(facts: MeasureFacts, values: Values) -> Doubt | None:
        day = date.fromisoformat(values["day"])
        earlier = [row.value for row in facts.values if row.taken_on <= day]
        return measured.doubt_of(analyte, values["value"], earlier[-1] if earlier else None)

    return doubt


def _limit_doubt(facts: MeasureFacts, values: Values) -> Doubt | None:
    return measured.doubt_of_limit(values["limit"], facts.limit[0] if facts.limit is not None else None)


def _preview(analyte: str) -> Callable[[Texts, MeasureFacts, Values], Html]:
    def preview(texts: Texts, facts: MeasureFacts, values: Values) -> Html:
        new = _value(analyte, values)
        return texts(
            "measure.preview",
            pseudonym=facts.patient.pseudonym,
            value=value_words(analyte, new.value, new.upper_limit, texts),
            date=new.day,
            proposed=_proposed(facts, values, texts),
            beside=_beside(facts, new, texts),
        )

    return preview


def _proposed(facts: MeasureFacts, values: Values, texts: Texts) -> Html:
    """Of whom an upper limit is that nobody typed."""
    whose = values.get("proposed")
    if whose is None:
        return Html("")
    return Html("\n" + texts("ck.proposed_of_patient" if whose == "patient" else "ck.proposed_of_team"))


def _beside(facts: MeasureFacts, new: Value, texts: Texts) -> Html:
    """Another value of the same day may be a slip, or a second blood sample."""
    found = [row for row in facts.values if row.taken_on == new.day]
    if not found:
        return Html("")
    known = value_words(new.analyte, found[-1].value, found[-1].upper_limit, texts)
    return Html("\n" + texts("measure.beside", value=known))


def _apply(analyte: str) -> Callable[[Filling, MeasureFacts, Values], Screen]:
    def apply(filling: Filling, facts: MeasureFacts, values: Values) -> Screen:
        row = measuring.add_value(filling.session, filling.actor, facts.patient, _value(analyte, values), filling.now)
        texts = filling.texts
        said = texts("measure.done", pseudonym=facts.patient.pseudonym, entry=row_words(row, texts))
        return done(facts, said, texts, undo_button(filling, texts))

    return apply


def _read_limit(value: str, *_: object) -> float:
    return read_number(value.strip().lstrip("<(").rstrip(")"))


def _limit_choices(texts: Texts, facts: MeasureFacts, _values: Values) -> list[tuple[str, str]]:
    known = [] if facts.limit is None else [(texts("ck.button.limit", limit=facts.limit[0]), f"{facts.limit[0]:g}")]
    return [*known, (texts("ck.button.no_limit"), NONE.data)]


def _value_question(key: str) -> Question:
    return Question(
        "value",
        lambda texts, facts, values: texts(
            key, pseudonym=facts.patient.pseudonym, date=date.fromisoformat(values["day"])
        ),
        lambda value, *_: read_number(value),
    )


def _preview_remove(texts: Texts, facts: MeasureFacts, _values: Values) -> Html:
    return texts("measure_remove.preview", pseudonym=facts.patient.pseudonym, entry=row_words(facts.rows[0], texts))


def _apply_remove(filling: Filling, facts: MeasureFacts, _values: Values) -> Screen:
    texts, row = filling.texts, facts.rows[0]
    said = texts("measure_remove.done", pseudonym=facts.patient.pseudonym, entry=row_words(row, texts))
    measuring.remove(filling.session, filling.actor, facts.patient, row, filling.now)
    return done(facts, said, texts)


def said_ck(facts: MeasureFacts, text: str) -> Values:
    """What a line says; without an upper limit, with the one that is proposed."""
    line = measured_lines.read_value(CREATINE_KINASE, text, facts.days)
    said = {"day": line.day.isoformat(), "value": line.value}
    if line.upper_limit is None and facts.limit is not None:
        return {**said, "limit": facts.limit[0], "proposed": facts.limit[1]}
    return {**said, "limit": line.upper_limit}


def said_weight(facts: MeasureFacts, text: str) -> Values:
    line = measured_lines.read_value(WEIGHT, text, facts.days)
    return {"day": line.day.isoformat(), "value": line.value}


CK = Procedure(
    Form(
        "ck",
        (
            day_question("ck.ask_day"),
            _value_question("ck.ask_value"),
            sure_question(_doubt(CREATINE_KINASE)),
            Question(
                "limit",
                lambda texts, facts, _: texts("ck.ask_limit", pseudonym=facts.patient.pseudonym),
                _read_limit,
                _limit_choices,
                width=2,
                instead=(NONE,),
            ),
            sure_question(_limit_doubt, "sure_limit"),
        ),
        _preview(CREATINE_KINASE),
        _check(CREATINE_KINASE),
    ),
    _load_ck,
    _apply(CREATINE_KINASE),
    version,
    roles=ALL_STAFF,
)
WEIGHT_FORM = Procedure(
    Form(
        "weight",
        (day_question("weight.ask_day"), _value_question("weight.ask_value"), sure_question(_doubt(WEIGHT))),
        _preview(WEIGHT),
        _check(WEIGHT),
    ),
    _load_weight,
    _apply(WEIGHT),
    version,
    roles=ALL_STAFF,
)
REMOVE = Procedure(Form("measure_remove", (), _preview_remove), _load_row, _apply_remove, version, roles=ALL_STAFF)
