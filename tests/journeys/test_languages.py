"""The same conversations in the other languages: what is telling in each."""

from dataclasses import dataclass

import pytest

from storage.models import Role
from tests.support import TEAM, Clinic, Someone


@dataclass(frozen=True)
class Spoken:
    """A language's words where they tell something."""

    tag: str
    name: str
    path: tuple[str, ...]
    welcome: str
    all_set: str
    question: str
    skip: str
    typed: str
    noted: str
    note: str
    kept: str
    day: str
    not_read: str
    reminder: str
    moved: str
    caption: str
    roster: str


SPOKEN = {
    "fr": Spoken(
        tag="fr-CA",
        name="Français",
        path=("Continuer", "Je suis d’accord", "Oui, Europe/London", "18:00"),
        welcome="vous invite à tenir un journal ici",
        all_set="Tout est prêt. Votre premier questionnaire arrive le lun. 2 mars 2026",
        question="Quelle a été l’intensité de votre douleur aujourd’hui",
        skip="Passer",
        typed="sept deux zéro passer",
        noted="Douleur\u00a0: 7 sur 10\nFatigue\u00a0: 2 sur 10\nFaiblesse\u00a0: 0 sur 10",
        note="Ajouter une note",
        kept="Votre note est gardée avec la journée du lun. 2 mars 2026",
        day="lun. 2 mars 2026",
        not_read="je peux lire un nombre de 0 à 10",
        reminder="Votre perfusion du lun. 9 mars 2026",
        moved="mar. 10 mars 2026",
        caption="ni la preuve d’une cause ni un conseil de traitement",
        roster="prochaine cure mar. 10 mars 2026",
    ),
    "de": Spoken(
        tag="de-CH",
        name="Deutsch",
        path=("Weiter", "Ich bin einverstanden", "Ja, Europe/London", "18:00"),
        welcome="lädt Sie ein, hier ein Tagebuch zu führen",
        all_set="Mo. 2. März 2026",
        question="Wie stark",
        skip="Überspringen",
        typed="sieben zwei null überspringen",
        noted="7 von 10",
        note="Notiz hinzufügen",
        kept="Ihre Notiz zum Mo. 2. März 2026 ist gespeichert",
        day="Mo. 2. März 2026",
        not_read="eine Zahl von 0 bis 10",
        reminder="Ihre Infusion am Mo. 9. März 2026",
        moved="Di. 10. März 2026",
        caption="beweist keine Ursache und ist keine Behandlungsempfehlung",
        roster="nächster Zyklus Di. 10. März 2026",
    ),
}


@pytest.fixture(params=list(SPOKEN))
def spoken(request: pytest.FixtureRequest) -> Spoken:
    return SPOKEN[request.param]


def joined(clinic: Clinic, spoken: Spoken) -> Someone:
    anna = Someone(clinic, 5001, spoken.tag)
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    assert spoken.welcome in anna.sees, "the language of their Telegram is the first guess"
    for button in (spoken.name, *spoken.path):
        anna.presses(button)
    return anna


def test_joining_and_the_first_evening(clinic: Clinic, spoken: Spoken) -> None:
    anna = joined(clinic, spoken)
    assert spoken.all_set in anna.sees
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert spoken.question in anna.sees
    assert spoken.day in anna.sees
    assert spoken.skip in anna.buttons
    anna.says("???")
    assert spoken.not_read in anna.sees
    anna.says(spoken.typed)
    assert spoken.noted in anna.sees
    assert [answer[3] for answer in anna.answers] == [7, 2, 0, None]
    anna.presses(spoken.note)
    anna.says("🙂")
    assert spoken.kept in anna.sees


def test_a_reminder_and_a_moved_course(clinic: Clinic, spoken: Spoken) -> None:
    anna, coordinator = joined(clinic, spoken), clinic.coordinator()
    clinic.planned(anna, "2026-03-09")
    clinic.becomes(clinic.local("2026-03-02 18:05"))
    clinic.passes(minutes=1)
    assert any(spoken.reminder in text for text in anna.everything)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Mon 9 Mar 2026")
    coordinator.presses("Move")
    coordinator.says("2026-03-10")
    for button in ("Only this", "Yes", "Move"):
        if any(label.startswith(button) for label in coordinator.buttons):
            coordinator.presses(button)
    clinic.passes(minutes=1)
    assert spoken.moved in anna.sees


def test_the_team_reads_it_in_its_own_language(clinic: Clinic, spoken: Spoken) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-10")
    member = Someone(clinic, 6001, spoken.tag)
    for role in (Role.CLINICIAN, Role.COORDINATOR):
        member.says(f"/start {clinic.invitation(role)}")
    member.says(f"/chart {anna.code}")
    assert spoken.caption in member.sees
    member.says("/roster")
    assert spoken.roster in member.sees
    assert TEAM in member.sees


def test_another_language_than_telegrams_may_be_chosen_at_joining(clinic: Clinic) -> None:
    anna = Someone(clinic, 5001, "fr")
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    anna.presses("Deutsch")
    assert "Tagebuch" in anna.sees
    assert anna.buttons[0] == "Weiter"


def test_whoever_speaks_none_of_them_is_spoken_to_in_english(clinic: Clinic) -> None:
    anna = Someone(clinic, 5001, "nl")
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    assert "Which language would you like?" in anna.sees
