"""Which tables the export has, and what stands in their columns: the one source of files, dictionary and import.

`LEFT_OUT` says of everything else that is held on a patient why it is not in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.csv_files import MOST_GRAMS_PER_KG, STATUSES
from jobs.csv_table import MOST_AMOUNT
from jobs.own_data.facts import (
    OWN_WORDING,
    WEEKDAYS,
    AnswerRow,
    AuditRow,
    CourseRow,
    DayRow,
    ItemSetRow,
    MeasurementRow,
    NoteRow,
    OwnItemRow,
    SteroidRow,
    Who,
)
from jobs.own_data.tables import SKIPPED
from jobs.research.columns import Column, Kind
from jobs.scores import ITEMS, MOST_FLIGHTS, STAIRS

# Raised when a column comes, goes, or means something else; an import takes this version alone.
VERSION = "1"
ABOUT, DICTIONARY, README, WORKBOOK, BUNDLES = "about.csv", "dictionary.csv", "README.txt", "tables.xlsx", "fhir"
DIARY = "diary.csv"
CANCEL_REASONS = ("patient_ill", "patient_could_not", "clinic", "other", "mistake")
PATIENT = Column("patient", "text", "The patient's pseudonym.", longest=12)
LOINC_OF_PAIN = "LOINC 72514-3"
LOINC_OF_ITEMS = f"pain: {LOINC_OF_PAIN}; no LOINC code is a daily 0-10 item of the others"
LOINC_OF_VALUES = "CK: LOINC 2157-6; weight: LOINC 29463-7"
# What of a patient's settings changes when they are asked: the audit's action, the value's name in it, and its type.
CHANGES: dict[str, tuple[str, Kind]] = {
    "paused": ("paused_until", "date"),
    "pause_ended": ("paused_until", "date"),
    "days_off_changed": ("days_off", "list"),
    "prompt_time_changed": ("prompt_time", "time"),
    "time_zone_changed": ("time_zone", "text"),
    "follow_up_changed": ("follow_up", "yes_no"),
}


@dataclass(frozen=True)
class Table:
    """`rows`: where OwnData has them, of which class. `key`: the columns by which a line is known from all others."""

    file: str
    rows: str
    kind: type
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    about_patient: bool = True

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return (PATIENT, *self.columns) if self.about_patient else self.columns


PATIENTS = Table(
    "patients.csv",
    "who",
    Who,
    ("patient",),
    (
        Column("status", "text", "Whether the diary is kept.", choices=("active", "paused", "withdrawn")),
        Column("time_zone", "text", "The patient's present time zone, by the tz database.", longest=64),
        Column("prompt_time", "time", "When the check-in comes now."),
        Column("follow_up", "yes_no", "Whether a day without an answer is asked about once more."),
        Column("days_off", "list", "Weekdays on which nothing is asked now, by their English names.", choices=WEEKDAYS),
        Column("paused_until", "date", "The first day that is asked about again.", empty="not paused"),
        Column("consent_version", "text", "Which text was agreed to.", empty="none in this bot", longest=16),
        Column("consented_at", "instant", "When it was agreed to.", empty="never in this bot"),
        Column("withdrawn_at", "instant", "When the patient stopped.", empty="not stopped"),
        Column("created_at", "instant", "When the patient was invited, or imported."),
    ),
)
DAYS = Table(
    "diary_days.csv",
    "days",
    DayRow,
    ("patient", "date"),
    (
        Column("date", "date", "The day that the diary is about.", field="diary_date"),
        Column("time_zone", "text", "In which that day was lived.", longest=64),
        Column("asked_at", "instant", "When it was asked.", empty="the bot did not ask: never the patient's omission"),
        Column("opened_at", "instant", "From when it could be answered."),
        Column("closes_at", "instant", "Until when it could be answered."),
    ),
)
ANSWERS = Table(
    "answers.csv",
    "answers",
    AnswerRow,
    ("patient", "date", "item", "revision"),
    (
        Column("date", "date", "The day that the answer is about.", field="diary_date"),
        Column("item", "text", "The question: one of the four, stairs, or one of questions.csv.", longest=24),
        Column("revision", "whole", "From 1; a correction is a further one, the highest counts.", least=1, most=9999),
        Column(
            "value",
            "whole",
            "0 none, 10 the worst imaginable, of the four; of stairs flights; of others as questions.csv has it.",
            unit="points; of stairs flights",
            word=SKIPPED,
            least=0,
            most=MOST_FLIGHTS,
            code=LOINC_OF_ITEMS,
        ),
        Column("answered_at", "instant", "When the patient answered."),
        Column("received_at", "instant", "When the bot had it."),
        Column("late", "yes_no", "Whether it was given on a later day than its own."),
        Column("way", "text", "How it came.", choices=("button", "typed", "imported")),
        Column(
            "wording",
            "text",
            f"The version of the words that were asked, as in wordings.csv; {OWN_WORDING}: as in questions.csv.",
            longest=16,
        ),
    ),
)
QUESTIONS = Table(
    "questions.csv",
    "own_items",
    OwnItemRow,
    ("item", "language"),
    (
        Column("item", "text", "The team's own question, numbered from own:1 as they were added.", longest=24),
        Column("language", "text", "Of these words.", longest=8),
        Column("for_others", "yes_no", "Whether they are for readers of all other languages too."),
        Column("name", "text", "What is asked.", longest=200),
        Column("low", "text", "What 0 means.", longest=200),
        Column("high", "text", "What 10 means.", longest=200),
        Column("created_at", "instant", "When it was added. It is never changed: other words are another question."),
    ),
    about_patient=False,
)
SETS = Table(
    "question_sets.csv",
    "item_sets",
    ItemSetRow,
    (),
    (
        Column("patient", "text", "Of whom it was asked.", field="of", empty="of the whole team", longest=12),
        Column("valid_from", "date", "The first diary day of which it was asked; of several the last line counts."),
        Column("items", "list", "What was asked beside the four, in order.", empty="as the team has it"),
        Column("created_at", "instant", "When it was chosen."),
    ),
    about_patient=False,
)
COURSES = Table(
    "courses.csv",
    "courses",
    CourseRow,
    (),
    (
        Column("number", "whole", "The patient's courses by their first day.", field="id", is_made=True),
        Column("planned_start", "date", "The first day as it was planned last."),
        Column("planned_days", "whole", "On how many days.", unit="days", least=1, most=366),
        Column("start", "date", "The first day on which it was given.", field="given_start", empty="not given"),
        Column("end", "date", "The last day on which it was given.", field="given_end", empty="not given"),
        Column(
            "dose_g_per_kg_per_day",
            "decimal",
            "Dose on each of its days; of a given course, as given.",
            field="grams_per_kg_per_day",
            unit="g/kg/d",
            least=0,
            most=MOST_GRAMS_PER_KG,
            above=True,
        ),
        Column(
            "planned_dose_g_per_kg_per_day",
            "decimal",
            "Of a given course, the dose on each day as it was planned.",
            field="planned_grams_per_kg_per_day",
            empty="not given, or nothing else was planned",
            unit="g/kg/d",
            least=0,
            most=MOST_GRAMS_PER_KG,
            above=True,
        ),
        Column(
            "regimen",
            "text",
            "The regimen's name, where one was given by hand.",
            empty="named by its days and dose, such as 2x0.4",
            longest=40,
        ),
        Column("status", "text", "What became of it.", choices=STATUSES),
        Column(
            "cancelled_because",
            "text",
            "Why it was cancelled; mistake: it was planned by mistake and taken back within an hour.",
            empty="not cancelled, or nobody said why",
            choices=CANCEL_REASONS,
        ),
        Column(
            "weight_kg",
            "decimal",
            "The latest weight of measurements.csv by the course's last day.",
            field="",
            empty="not known",
            unit="kg",
            code="LOINC 29463-7",
            is_made=True,
        ),
        Column("created_at", "instant", "When it was planned."),
    ),
)
MEASUREMENTS = Table(
    "measurements.csv",
    "measurements",
    MeasurementRow,
    (),
    (
        Column("analyte", "text", "CK: creatine kinase; weight: of the body; or another.", longest=16),
        Column("date", "date", "The day it was taken.", field="taken_on"),
        Column(
            "value",
            "decimal",
            "The value.",
            unit="as in unit",
            least=0,
            most=MOST_AMOUNT,
            above=True,
            code=LOINC_OF_VALUES,
        ),
        Column("unit", "text", "CK in U/l (UCUM U/L), weight in kg.", longest=16),
        Column(
            "upper_limit",
            "decimal",
            "Upper limit of normal.",
            empty="not known",
            unit="as in unit",
            least=0,
            most=MOST_AMOUNT,
            above=True,
        ),
        Column("received_at", "instant", "When it was entered."),
    ),
)
STEROIDS = Table(
    "steroids.csv",
    "steroids",
    SteroidRow,
    (),
    (
        Column("drug", "text", "The steroid.", longest=40),
        Column("from", "date", "The first day.", field="starts_on"),
        Column("to", "date", "The last day.", field="ends_on", empty="still taken"),
        Column("dose_mg", "decimal", "Dose a day.", unit="mg", least=0, most=MOST_AMOUNT),
        Column(
            "alternate_dose_mg",
            "decimal",
            "Dose on every other day.",
            empty="the same",
            unit="mg",
            least=0,
            most=MOST_AMOUNT,
        ),
        Column("received_at", "instant", "When it was entered."),
    ),
)
SETTINGS = Table(
    "settings_changes.csv",
    "audit",
    AuditRow,
    (),
    (
        Column("at", "instant", "When it was changed."),
        Column("change", "text", "What was changed.", field="action", choices=(*CHANGES,)),
        Column("from", "text", "What it was.", field="before", empty="nothing", longest=64),
        Column("to", "text", "What it became.", field="after", empty="nothing", longest=64),
    ),
)
NOTES = Table(
    "notes.csv",
    "notes",
    NoteRow,
    (),
    (
        Column("date", "date", "The day it is about.", field="diary_date"),
        Column("text", "text", "What the patient wrote, word for word. It may identify people.", longest=4096),
        Column("said_at", "instant", "When, by Telegram's clock."),
        Column("received_at", "instant", "When the bot had it."),
        Column("late", "yes_no", "Whether it was written on a later day than its own."),
    ),
)
# In the order in which an import reads them: what the others refer to comes first.
TABLES: Sequence[Table] = (
    *(PATIENTS, QUESTIONS, SETS, DAYS, ANSWERS, COURSES, MEASUREMENTS, STEROIDS, SETTINGS),
    NOTES,
)
# Beside the tables; made of them, or of the software, and not read by an import.
WORDINGS = "wordings.csv"
WORDING_COLUMNS = (
    Column("wording", "text", "The version of the words, as in answers.csv.", is_made=True),
    Column("item", "text", "The question.", choices=(*ITEMS, STAIRS), is_made=True),
    Column("language", "text", "Of these words.", is_made=True),
    Column("question", "text", "What is asked.", is_made=True),
    Column("anchors", "text", "What the ends of the scale mean.", is_made=True),
)
_DAY_COLUMNS = (
    PATIENT,
    Column("date", "date", "A day that was asked, or answered.", is_made=True),
    Column("asked_at", "instant", "When it was asked.", empty="not asked", is_made=True),
    Column("answered_at", "instant", "When the last answer to it was given.", empty="not answered", is_made=True),
    Column("way", "text", "How its answers came.", empty="not answered", is_made=True),
    Column("timeliness", "text", "Whether any of them came late: on_time or late.", empty="not answered", is_made=True),
)
ABOUT_COLUMNS = (
    Column("name", "text", "schema_version, exported_at, team, patients, withdrawn, notes.", is_made=True),
    Column("value", "text", "Its value. exported_at and team alone change from one export to the next.", is_made=True),
)
# By class of row, the fields that are in no table, each group with its reason.
LEFT_OUT: dict[type, set[str]] = {
    Who: {
        "team",  # in about.csv, once
        "label",  # the team's own words, by which it knows who it is
        *("telegram_id", "language", "chat_created_at", "unreachable_since"),  # of the chat, which is a person's
        *("next_prompt_at", "told_prompt_time", "told_time_zone", "one_column", "reminder_leads"),  # organising
    },
    DayRow: {"message_id"},  # of the chat
    CourseRow: {  # organising
        *("told_start", "told_cancelled", "to_announce", "asked_on"),
        *("next_reminder_at", "next_reminder_lead", "revision"),
    },
    NoteRow: {"removed_at"},  # what the patient removed is in no export
    MeasurementRow: {"id"},  # the order of the lines
    SteroidRow: {"id"},
    AuditRow: {"id", "actor", "course_id", "takes_back"},  # who changed it is a datum of theirs
}
# Rows of OwnData that are in no table at all.
ROWS_LEFT_OUT = {
    "messages": "how the bot sent what; what was asked stands in diary_days.csv",
    "invitations": "how patients came in",
    "attendance": "for the clinic's organising; what was given stands in courses.csv",
    "looks": "who of the staff looked at whose page is organising",
    "alerts": "they follow from the answers and from rules that a team changes",
}


def diary_columns(further: Sequence[str]) -> tuple[Column, ...]:
    """`further`: what was ever answered beside the four."""
    return (*_DAY_COLUMNS, *(_counted(item) for item in (*ITEMS, *further)))


def _counted(item: str) -> Column:
    unit, code = "flights" if item == STAIRS else "points", LOINC_OF_PAIN if item == ITEMS[0] else ""
    empty = "skipped or not answered"
    return Column(item, "whole", "The answer that counts.", empty=empty, unit=unit, code=code, is_made=True)
