"""What is asked of every language's catalogue beside its keys and placeholders: see test_texts.py for those."""

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from bot import texts as texts_module
from bot.drawing.asked import LONGEST_CAPTION
from bot.drawing.pages import Answered, chart_texts, patient_facts
from bot.texts import DOMAIN, FALLBACK, FOLDER, Html, Texts, languages, locales, nearest_language, plain, texts_in
from bot.traffic.speaker import LONGEST_TOAST
from jobs import reading
from jobs.chart.fitting import ELLIPSIS
from jobs.chart.pages import patient_page, patient_papers
from jobs.wearing_off.verdict import Verdict
from tests.bot.test_texts import placeholders, wordings
from tests.jobs.chart.examples import RECORDS
from tests.jobs.chart.test_chart import assert_words_are_readable

OTHERS = [language for language in languages() if language != FALLBACK]
every_language = pytest.mark.parametrize("language", languages())
every_other = pytest.mark.parametrize("language", OTHERS)
# A page of a telephone.
ONE_SCREEN = 900
# What may read as in English: names, units, patterns.
NAMES = {"page.heading", "desk.pane.title", "demo.clinician", "demo.coordinator", "page.ok"}
UNITS = {
    "chart.dose",
    "chart.creatine_kinase",
    "chart.thousands",
    "form.dose_button",
    "date.pattern",
    "date.pattern_first",
} | {
    "ck.button",
    "ck.value",
}
# And words that happen to be the same in two languages.
SAME_WORD = {
    "fr": {
        "check_in.words.6",
        "desk.patient.course.dose",
        "page.document",
        "page.menu",
        "page.role_patient",
        "page.write",
    }
} | {"de": {"page.role_patient", "desk.chart.symptom"}}
# Which text names which button.
NAMED = {
    "join.press_continue": ("join.button.continue",),
    "form.press_confirm": ("form.button.confirm", "form.button.cancel"),
    "form.press_confirm_or_back": ("form.button.confirm", "form.button.cancel", "form.button.back"),
    "check_in.all_answered": ("check_in.button.change",),
    "edited": ("check_in.button.change",),
    "demo.step_1": ("page.next_event",),
    "demo.step_4": ("page.answer_for_me", "page.week_later"),
}


def test_each_key_stands_once() -> None:
    for language in languages():
        keys = re.findall(r'^msgid "(.+)"$', (FOLDER / language / DOMAIN).read_text("utf-8"), re.MULTILINE)
        assert sorted(key for key in set(keys) if keys.count(key) > 1) == [], language


@every_language
def test_each_key_has_one_wording(language: str) -> None:
    written = (FOLDER / language / DOMAIN).read_text("utf-8")
    assert re.findall(r'^msgstr "(.{0,40}).*"\nmsgstr "', written, re.MULTILINE) == []


@every_other
def test_nothing_is_left_in_english(language: str) -> None:
    english = wordings(FALLBACK)
    same = {key for key, forms in wordings(language).items() if forms == english[key] and words_of(forms[0])}
    assert same - NAMES - UNITS - SAME_WORD.get(language, set()) == set()


def words_of(wording: str) -> str:
    """Letters alone."""
    return re.sub(r"\{\w*\}|<[^>]*>|[\W\d_]", "", wording)


@every_language
def test_a_text_names_a_button_as_it_is_labelled(language: str) -> None:
    texts = texts_in(language)
    for key, buttons in NAMED.items():
        for button in buttons:
            assert plain(texts(button)) in plain(Html(wordings(language)[key][0])), key


@every_language
def test_buttons_are_short_with_the_longest_day_of_the_language(language: str) -> None:
    texts = texts_in(language)
    longest = max((texts.day(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)), key=len)
    for key, forms in wordings(language).items():
        if ".button" in key and "date" in placeholders(forms[0]):
            filled = re.sub(r"\{date\}", longest, forms[0])
            assert len(filled) <= 40, filled


def captions(texts: Texts) -> Iterator[str]:
    """Under every picture and file, as long as they get."""
    day = max((texts.day(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)), key=len)
    link = "https://t.me/infusion_diary_of_the_clinic_bot?start=" + "x" * 43
    yield texts("own_copy.caption")
    yield texts("calendar_file.caption")
    for key in ("invite.made", "invite.made_again"):
        yield texts(key, pseudonym="P-7KQ4", link=link, until=f"{day}, 18:00")
    numbers = dict.fromkeys(("difference", "low", "high", "returning", "usable", "of", "rise", "important"), "−10,00")
    values = {**numbers, "needed": 3, "regimen": "Privigen 10 % five days in hospital (5 × 0,4 g/kg)"}
    for verdict in get_args(Verdict):
        said = texts(f"finding.{verdict}", **values)
        other = texts("finding.other_regimen", regimen=values["regimen"], verdict=texts("verdict.does_not_return"))
        yield texts(
            "chart.caption",
            pseudonym="P-7KQ4",
            verdict=texts("finding.verdict", symptom=texts("item.pain"), verdict=texts(f"verdict.{verdict}")),
            sentence=f"{said} {other}",
            state=texts("state.paused_until", date=day),
            answered=texts.plural("chart.answered", 28, answered=28),
            next=texts("roster.unconfirmed", date=day),
            further=texts("chart.further", date=day, means="Flights of stairs 12.5 (7 days); Stiffness 10.0 (7 days)"),
            footer=texts("finding.footer_short"),
        )


@every_language
def test_captions_are_whole(language: str) -> None:
    for caption in captions(texts_in(language)):
        assert len(caption) <= LONGEST_CAPTION, caption


@every_language
@pytest.mark.parametrize("name", RECORDS)
def test_on_a_page_no_words_meet_or_are_cut(language: str, name: str) -> None:
    facts = patient_facts(Answered(RECORDS[name], texts_in(language)))
    for sheet in (patient_page(facts), *patient_papers(facts)):
        assert_words_are_readable(sheet)
        assert [words.words for words in sheet.words if words.words.endswith(ELLIPSIS)] == []


@every_language
def test_the_months_of_a_page_are_told_apart(language: str) -> None:
    assert len(set(chart_texts(texts_in(language)).months)) == 12


@every_language
def test_the_days_that_a_text_gives_as_examples_are_read(language: str) -> None:
    examples = texts_in(language)("form.date_unknown", typed="?", year=2026)
    tried = re.findall(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}\.? [^\W\d]{3,}", examples)
    assert len(tried) >= 2
    assert {reading.parse_date(typed, date(2026, 3, 1), locales(language)) for typed in tried} == {date(2026, 3, 12)}


@given(st.sampled_from(languages()), st.sampled_from(languages()), st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_whatever_the_bot_writes_for_a_day_is_read_as_that_day(writer: str, reader: str, day: date) -> None:
    texts, read_in = texts_in(writer), locales(reader)
    without_year = format_date(day, "EEEE d MMMM", locale=texts.locale)
    for written in (texts.day(day), chart_texts(texts).full_date(day), format_date(day, "long", locale=texts.locale)):
        assert reading.parse_date(written, date(2026, 3, 1), read_in) == day, written
    assert reading.parse_date(without_year, day, read_in) == day


@every_other
def test_what_is_emphasised_in_english_is_emphasised_as_often(language: str) -> None:
    english = wordings(FALLBACK)
    for key, forms in wordings(language).items():
        for wording in forms:
            assert sorted(re.findall(r"</?\w+>", wording)) == sorted(re.findall(r"</?\w+>", english[key][0])), key


@every_language
def test_each_help_page_fits_on_one_screen(language: str) -> None:
    for key, (wording, *_) in wordings(language).items():
        if key.startswith("help."):
            assert len(wording) <= ONE_SCREEN, key


@every_language
def test_what_is_shown_as_a_toast_is_not_cut_off(language: str) -> None:
    """The name of an item, a team or a place still has room."""
    shown = r"check_in\.(toast.*|no_later|too_late)|invite\.was_made|refusal\.(?!team_exists).*"
    for key, forms in wordings(language).items():
        if re.fullmatch(shown, key):
            assert len(plain(Html(forms[0]))) <= LONGEST_TOAST - 40, key


def test_french_is_set_as_in_french_print() -> None:
    for key, forms in wordings("fr").items():
        for wording in forms:
            said = re.sub(r"https?://\S+|\w+://\S+", "", wording)
            assert not re.search(r"[^\W\d_][?!;»]|[^\s\w]«|«[^\u00a0]| [:;!?»]", said), f"{key}: a space that may break"
            assert key == "date.pattern_first" or "'" not in said, key
            assert key in {"doctor.no_teams"} or '"' not in said, key


def test_german_is_set_as_in_german_print() -> None:
    for key, forms in wordings("de").items():
        for wording in forms:
            assert wording.count("„") == wording.count("“"), key
            assert "”" not in wording, key
            assert key in {"doctor.no_teams"} or not re.search("['\"]", wording), key
            assert not re.search(r"\b([Dd](u|ich|ir|ein\w*)|[Ee](uch|ure\w*))\b", wording), key


def test_french_is_polite() -> None:
    for key, forms in wordings("fr").items():
        assert not re.search(r"\b(tu|toi|tes|ton|ta)\b", " ".join(forms), re.IGNORECASE), key


@every_language
def test_the_numbers_that_are_understood_are_told_apart(language: str) -> None:
    words = [word for value in range(11) for word in wordings(language)[f"check_in.words.{value}"][0].split("/")]
    assert len(words) == len(set(words)) >= 11
    assert all(word == word.strip().lower() for word in words)


def test_a_new_folder_is_a_new_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "texts"
    for language in languages():
        shutil.copytree(FOLDER / language, folder / language)
    shutil.copytree(folder / "fr", folder / "nl")
    dutch = folder / "nl" / "infusion_diary.po"
    dutch.write_text(re.sub(r'(msgid "item.pain"\nmsgstr ")[^"]*', r"\1Pijn", dutch.read_text("utf-8")), "utf-8")
    monkeypatch.setattr(texts_module, "FOLDER", folder)
    caches = (texts_module._translations, texts_module.texts_in, texts_module.languages)
    for cached in caches:
        cached.cache_clear()
    try:
        assert "nl" in languages()
        assert nearest_language("nl-BE") == "nl"
        assert texts_in("nl")("item.pain") == "Pijn"
        assert texts_in("nl").locale == "nl"
    finally:
        for cached in caches:
            cached.cache_clear()
