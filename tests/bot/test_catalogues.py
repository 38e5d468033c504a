"""What is asked of every language's catalogue beside its keys and placeholders: see test_texts.py for those."""

import re
import shutil
from pathlib import Path

import pytest

from bot import texts as texts_module
from bot.texts import FALLBACK, FOLDER, languages, nearest_language, texts_in
from tests.bot.test_texts import wordings

OTHERS = [language for language in languages() if language != FALLBACK]
# A page of a telephone.
ONE_SCREEN = 1100
# Equal in two languages, and right: names, units, a pattern.
SHARED = {"date.pattern", "page.heading", "chart.dose", "chart.creatine_kinase", "demo.clinician", "demo.coordinator"}


def bare(wording: str) -> str:
    """Letters alone."""
    return re.sub(r"\{\w*\}|<[^>]*>|[^A-Za-zÀ-ÿ ]", "", wording).strip()


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    english = wordings(FALLBACK)
    same = {
        key
        for key, (wording, *_) in wordings(language).items()
        if len(bare(wording).split()) > 1 and wording == english[key][0]
    }
    assert same - SHARED == set()


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_emphasised_in_english_is_emphasised_as_often(language: str) -> None:
    english = wordings(FALLBACK)
    for key, forms in wordings(language).items():
        for wording in forms:
            assert sorted(re.findall(r"</?\w+>", wording)) == sorted(re.findall(r"</?\w+>", english[key][0])), key


@pytest.mark.parametrize("language", languages())
def test_each_help_page_fits_on_one_screen(language: str) -> None:
    for key, (wording, *_) in wordings(language).items():
        if key.startswith("help."):
            assert len(wording) <= ONE_SCREEN, key


@pytest.mark.parametrize("language", languages())
def test_what_is_shown_as_a_toast_is_not_cut_off(language: str) -> None:
    shown_so = [key for key in wordings(language) if re.fullmatch(r"check_in\.(toast.*|no_later|too_late)", key)]
    assert len(shown_so) == 4
    for key in shown_so:
        assert len(wordings(language)[key][0]) <= 190, key


def test_in_french_no_line_begins_with_a_mark() -> None:
    for key, forms in wordings("fr").items():
        if not key.startswith(("page.locale", "report.", "settings.")):
            for wording in forms:
                assert not re.search(r"[A-Za-zÀ-ÿ}>»] [:;!?»]", wording), f"{key}: a space that may break"


@pytest.mark.parametrize("language", languages())
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
    caches = (texts_module._translations, texts_module.texts_in)
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
