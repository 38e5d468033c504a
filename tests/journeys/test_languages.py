"""The same conversations in the other languages: what is telling in each."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import texts as texts_module
from bot.dialogues import typed_answers
from bot.texts import DOMAIN, FALLBACK, FOLDER
from storage.database import Database
from storage.models import Role
from tests.journeys.scenes import PHONE
from tests.support import TEAM, Clinic, Someone


@dataclass(frozen=True)
class Spoken:
    """A language's words where they tell something."""

    tag: str
    name: str
    path: tuple[str, ...]
    welcome: str
    consent: str
    all_set: str
    menu: str
    question: str
    tapped: str
    skip: str
    thanks: str
    change: str
    typed: str
    noted: str
    off_the_scale: str
    note: str
    kept: str
    day: str
    not_read: str
    phone: str
    reminder: str
    move: str
    confirm: str
    preview: str
    informed: str
    moved: str
    caption: str
    summary: str
    roster: tuple[str, ...]
    card: tuple[str, ...]
    plan: str
    asked_day: str
    typed_day: str
    asked_days: str
    only: str


SPOKEN = {
    "fr": Spoken(
        tag="fr-CA",
        name="Français",
        path=("Continuer", "Je suis d’accord", "Oui, Europe/London", "18:00"),
        welcome="vous invite à tenir un journal ici",
        consent="ne sont pas chiffrés de bout en bout",
        all_set="Tout est prêt. Votre premier questionnaire arrive le lun. 2 mars 2026, 18:00",
        menu="Le questionnaire d’aujourd’hui",
        question="Quelle a été l’intensité de votre douleur aujourd’hui",
        tapped="Douleur\u00a0: 3",
        skip="Passer",
        thanks="C’est noté, merci.",
        change="Modifier",
        typed="sept deux zéro passer",
        noted="Douleur\u00a0: 7 sur 10\nFatigue\u00a0: 2 sur 10\nFaiblesse\u00a0: 0 sur 10\n"
        "Douleur à l’effort\u00a0: question passée",
        off_the_scale="11 n’est pas sur l’échelle",
        note="Ajouter une note",
        kept="Votre note est gardée avec la journée du lun. 2 mars 2026",
        day="lun. 2 mars 2026",
        not_read="je peux lire un nombre de 0 à 10",
        phone=f"appelez votre équipe soignante au {PHONE}.",
        reminder="Votre perfusion a lieu dans 7 jours, le lun. 9 mars 2026. Elle dure 2 jours.",
        move="Déplacer",
        confirm="Oui, je confirme",
        preview="la cure est déplacée\ndu lun. 9 mars 2026\nau mar. 10 mars 2026.",
        informed="La personne en est informée.",
        moved="Les dates de vos perfusions ont changé\u00a0:\n\n– du lun. 9 mars 2026 au mar. 10 mars 2026",
        caption="ni la preuve d’une cause ni un conseil de traitement",
        summary="lun. 2 mars 2026\u00a0: 1 journal",
        roster=("1 personne suivie", "en cours", "pas encore de réponse", "prochaine cure mar. 10 mars 2026"),
        card=(
            "Questionnaire\u00a0: 18:00 (Europe/London)",
            "Rappels\u00a0: 7 jours avant, la veille et le matin même, à 09:00",
            "0 cure reçue",
        ),
        plan="Prévoir une cure",
        asked_day="quel jour la cure commence-t-elle",
        typed_day="7 avril",
        asked_days="à partir du mar. 7 avr. 2026\u00a0: combien de jours de suite",
        only="/today\u00a0: commande pour les patientes et les patients.",
    ),
    "de": Spoken(
        tag="de-CH",
        name="Deutsch",
        path=("Weiter", "Ich bin einverstanden", "Ja, Europe/London", "18:00"),
        welcome="lädt Sie ein, hier ein Tagebuch zu führen",
        consent="nicht Ende-zu-Ende-verschlüsselt",
        all_set="Alles ist bereit. Ihre ersten Tagesfragen kommen am Mo. 2. März 2026, 18:00 Uhr",
        menu="Die Tagesfragen von heute",
        question="Wie stark waren Ihre Schmerzen heute?",
        tapped="Schmerzen: 3",
        skip="Überspringen",
        thanks="Notiert, danke.",
        change="Ändern",
        typed="sieben zwei null überspringen",
        noted="Schmerzen: 7 von 10\nMüdigkeit: 2 von 10\nSchwäche: 0 von 10\nBelastungsschmerz: übersprungen",
        off_the_scale="11 liegt nicht auf der Skala",
        note="Notiz hinzufügen",
        kept="Ihre Notiz zum Mo. 2. März 2026 ist gespeichert",
        day="Mo. 2. März 2026",
        not_read="eine Zahl von 0 bis 10",
        phone=f"rufen Sie Ihr Behandlungsteam an: {PHONE}.",
        reminder="Ihre Infusion ist in 7 Tagen, am Mo. 9. März 2026. Sie dauert 2 Tage.",
        move="Verschieben",
        confirm="Ja, bestätigen",
        preview="Der Zyklus wird verschoben\nvon Mo. 9. März 2026\nauf Di. 10. März 2026.",
        informed="Die Person wird benachrichtigt.",
        moved="Ihre Infusionstermine haben sich geändert:\n\n– von Mo. 9. März 2026 auf Di. 10. März 2026",
        caption="beweist keine Ursache und ist keine Behandlungsempfehlung",
        summary="Mo. 2. März 2026: 1 Tagebuch",
        roster=("1 Person", "aktiv", "noch keine Antworten", "nächster Zyklus Di. 10. März 2026"),
        card=(
            "Tagesfragen: 18:00 Uhr (Europe/London)",
            "Erinnerungen: 7 Tage vorher, am Vortag und am selben Morgen, um 09:00 Uhr",
            "0 Zyklen gegeben",
        ),
        plan="Zyklus planen",
        asked_day="An welchem Tag beginnt der Zyklus",
        typed_day="7. April",
        asked_days="ab Di. 7. Apr. 2026: An wie vielen Tagen nacheinander",
        only="/today ist für Patientinnen und Patienten.",
    ),
}


@pytest.fixture(params=list(SPOKEN))
def spoken(request: pytest.FixtureRequest) -> Spoken:
    return SPOKEN[request.param]


def joined(clinic: Clinic, spoken: Spoken) -> Someone:
    anna = clinic.someone(spoken.tag)
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    assert spoken.welcome in anna.sees, "the language of their Telegram is the first guess"
    for button in (spoken.name, *spoken.path):
        anna.presses(button)
    return anna


def member(clinic: Clinic, spoken: Spoken, role: Role) -> Someone:
    """Of the team, whose Telegram speaks the language."""
    one = clinic.someone(spoken.tag)
    one.says(f"/start {clinic.invitation(role)}")
    return one


def test_joining_says_what_it_is_about_and_then_offers_the_menu(clinic: Clinic, spoken: Spoken) -> None:
    anna = clinic.someone(spoken.tag)
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    assert spoken.welcome in anna.sees
    seen = []
    for button in (spoken.name, *spoken.path):
        anna.presses(button)
        seen.append(anna.sees)
    assert spoken.phone in seen[0]
    assert spoken.consent in seen[1]
    assert spoken.all_set in anna.sees
    assert len(anna.messages) == 1, "one message, edited in place"
    assert {"command": "today", "description": spoken.menu} in clinic.world.commands_for(anna.account, spoken.tag[:2])
    assert clinic.world.refused() == []


def test_a_check_in_is_tapped_to_its_end(clinic: Clinic, spoken: Spoken) -> None:
    anna = joined(clinic, spoken)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert spoken.question in anna.sees
    assert spoken.day in anna.sees
    assert spoken.tapped in anna.presses("3")
    anna.presses("0")
    anna.presses("10")
    anna.presses(spoken.skip)
    assert spoken.thanks in anna.sees
    assert spoken.change in anna.buttons
    assert [answer[3] for answer in anna.answers] == [3, 0, 10, None]
    anna.says("/today")
    assert spoken.change in anna.buttons
    assert clinic.world.refused() == []


def test_a_check_in_is_typed_and_has_a_note(clinic: Clinic, spoken: Spoken) -> None:
    anna = joined(clinic, spoken)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("???")
    assert spoken.not_read in anna.above
    anna.says("11")
    assert spoken.off_the_scale in anna.above
    anna.says(spoken.typed)
    assert spoken.noted in anna.sees
    assert [answer[3] for answer in anna.answers] == [7, 2, 0, None]
    anna.presses(spoken.note)
    anna.says("🙂")
    assert spoken.kept in anna.sees
    assert spoken.phone in anna.sees


def test_a_course_is_planned_reminded_of_and_moved(clinic: Clinic, spoken: Spoken) -> None:
    anna, coordinator = joined(clinic, spoken), member(clinic, spoken, Role.COORDINATOR)
    clinic.planned(anna, "2026-03-09")
    clinic.becomes(clinic.local("2026-03-02 18:05"))
    assert any(spoken.reminder in text and spoken.phone in text for text in anna.everything)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(spoken.day[:2])
    coordinator.presses(spoken.move)
    coordinator.says("2026-03-10")
    assert spoken.preview in coordinator.sees
    assert spoken.informed in coordinator.sees
    coordinator.presses(spoken.confirm)
    clinic.passes(minutes=1)
    assert spoken.moved in anna.sees
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(spoken.plan)
    assert spoken.asked_day in coordinator.sees
    coordinator.says(spoken.typed_day)
    assert spoken.asked_days in coordinator.sees
    assert clinic.world.refused() == []


def test_the_coordinator_reads_roster_and_card(clinic: Clinic, spoken: Spoken) -> None:
    anna, coordinator = clinic.patient(), member(clinic, spoken, Role.COORDINATOR)
    clinic.planned(anna, "2026-03-10")
    coordinator.says("/roster")
    assert TEAM in coordinator.sees
    assert [words for words in spoken.roster if words not in coordinator.sees] == []
    coordinator.presses(anna.code)
    assert [words for words in spoken.card if words not in coordinator.sees] == []
    coordinator.says("/today")
    assert spoken.only in coordinator.sees


def test_the_clinician_gets_page_and_caption(clinic: Clinic, spoken: Spoken) -> None:
    anna, english = clinic.patient(), clinic.clinician()
    clinic.planned(anna, "2026-03-10")
    clinician = member(clinic, spoken, Role.CLINICIAN)
    for one in (clinician, english):
        one.says(f"/chart {anna.code}")
    assert spoken.caption in clinician.sees
    assert spoken.roster[-1] in clinician.sees
    assert page(clinic, clinician) != page(clinic, english), "its words are in the language too"
    clinician.says("/summary")
    assert any(spoken.summary in text for text in clinician.everything[-2:])
    assert any("photo" in message for message in clinician.messages[-2:])


def page(clinic: Clinic, someone: Someone) -> bytes:
    shown = clinic.world.file(someone.last["photo"][-1]["file_id"]).shown()
    assert shown.startswith(b"\x89PNG")
    return shown


def test_another_language_than_telegrams_may_be_chosen_at_joining(clinic: Clinic, spoken: Spoken) -> None:
    other = next(each for each in SPOKEN.values() if each is not spoken)
    anna = clinic.someone(spoken.tag)
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    anna.presses(other.name)
    for button in other.path:
        assert button in anna.buttons
        anna.presses(button)
    assert other.all_set in anna.sees
    assert {"command": "today", "description": other.menu} in clinic.world.commands_for(anna.account, spoken.tag[:2])
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert other.question in anna.sees, "what was chosen counts, not what Telegram speaks"


@pytest.mark.parametrize("tag", ["nl", "pt-BR", ""])
def test_whoever_speaks_none_of_them_is_spoken_to_in_english(clinic: Clinic, tag: str) -> None:
    anna = clinic.someone(tag)
    anna.says("/start")
    assert "This is the Infusion Diary" in anna.sees
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    assert "Which language would you like?" in anna.sees
    assert {each.name for each in SPOKEN.values()} < set(anna.buttons), "and they may choose"


DUTCH = {
    "language.name": "Nederlands",
    "join.language": "Welkom. <b>{team}</b> nodigt u uit om hier een dagboek bij te houden.",
    "join.button.continue": "Verder",
    "check_in.pain.question": "Hoe erg was uw <b>pijn</b> vandaag?",
    "check_in.words.7": "zeven",
    "item.pain": "Pijn",
    "date.pattern": "EEE d MMM y",
    "date.pattern_first": "EEE d MMM y",
}


@pytest.fixture
def dutch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fourth folder beside the three, and nothing else: English, but for what is said here in Dutch."""
    folder = tmp_path / "texts"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(folder / FALLBACK, folder / "nl")
    wording = (folder / "nl" / DOMAIN).read_text("utf-8").replace("Language: en", "Language: nl")
    for key, said in DUTCH.items():
        wording = re.sub(rf'(msgid "{re.escape(key)}"\nmsgstr )"[^\n]*"', rf'\1"{said}"', wording)
    (folder / "nl" / DOMAIN).write_text(wording, "utf-8")
    monkeypatch.setattr(texts_module, "FOLDER", folder)
    cached = (texts_module._translations, texts_module.texts_in, texts_module.languages, typed_answers._words)
    for each in cached:
        each.cache_clear()
    yield
    for each in cached:
        each.cache_clear()


@pytest.mark.usefixtures("dutch")
def test_a_folder_alone_adds_a_language(sqlite_database: Database) -> None:
    with Clinic(sqlite_database) as clinic:
        anna = clinic.someone("nl-BE")
        anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
        assert "nodigt u uit" in anna.sees
        for button in ("Nederlands", "Verder", "I agree", "Yes, Europe/London", "18:00"):
            anna.presses(button)
        assert "ma 2 mrt 2026" in anna.sees, "dates are Babel's"
        clinic.becomes(clinic.local("2026-03-02 18:00"))
        assert "Hoe erg was uw pijn vandaag?" in anna.sees
        anna.says("zeven")
        assert [answer[3] for answer in anna.answers] == [7]
