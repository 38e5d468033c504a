"""Alerts: told to the team soon and once, acknowledged by one for all; the patient hears what was done."""

from sqlmodel import Session

from bot.local.faults import Fault
from jobs import alert_settings
from jobs.alert_settings import Wanted
from jobs.alerts import GRACE
from storage import teams
from storage.models import (
    Alert,
    AlertKind,
    AuditEntry,
    MessageKind,
    MessageState,
    OutboxMessage,
    PatientStatus,
)
from tests.journeys.scenes import EMERGENCY, PHONE
from tests.journeys.test_own_copy import set_language
from tests.support import TEAM, Clinic, Someone

OTHERS = "Rheumatology"
TOLD = "Your care team is being told now of what you entered."
OLD_BUTTON = "This button is no longer in use. Nothing was changed."


def ruled(clinic: Clinic, threshold: int = 8, days: int = 1, kind: str = "value", item: str = "pain") -> None:
    """A rule of the clinic's, where setting it is not what the journey is about."""

    def add(session: Session) -> None:
        team = teams.team_named(session, TEAM)
        assert team is not None
        wanted = Wanted(item, AlertKind(kind), threshold, days)
        alert_settings.add_rule(session, "operator", team, wanted, clinic.clock.now())

    clinic.write(add)


def evening(clinic: Clinic, anna: Someone, day: int, said: str, month: int = 3) -> None:
    """A check-in, and until what it has raised is told."""
    clinic.becomes(clinic.local(f"2026-{month:02}-{day:02} 18:00"))
    anna.says(said)
    grace_passes(clinic)


def grace_passes(clinic: Clinic) -> None:
    clinic.becomes(clinic.clock.now() + GRACE)


def alerts_to(member: Someone) -> list[str]:
    return [text for text in member.everything if text.startswith(("Alert: ", "(This may reach you twice.)"))]


def notices(anna: Someone) -> list[str]:
    return [text for text in anna.everything if "not an emergency service" in text and "Nobody reads" not in text]


def redelivered(clinic: Clinic) -> None:
    """Telegram tells the newest thing once more."""
    clinic.world.mailbox.redeliver(max(clinic.world.mailbox.history))
    with clinic.world.changed:
        clinic.world.changed.notify_all()
    clinic.calm()


def withdrawn(clinic: Clinic, anna: Someone) -> None:
    clinic.write(
        lambda session: setattr(session.get_one(type(anna.row), anna.row.id), "status", PatientStatus.WITHDRAWN)
    )


def test_the_team_is_told_what_was_seen_and_the_patient_what_was_done(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic, 8, days=3)
    evening(clinic, anna, 2, "8 2 2 4")
    evening(clinic, anna, 3, "9 2 2 4")
    assert alerts_to(clinician) == notices(anna) == []
    evening(clinic, anna, 4, "8 2 2 4")
    assert clinician.sees == (
        f"Alert: {anna.code}\n\n"
        "Pain 8, 9, 8 on 3 days (Mon 2 Mar 2026 to Wed 4 Mar 2026)\n"
        "Rule: Pain 8 or more on 3 answered days in a row"
    )
    assert clinician.buttons == ["Seen", "Chart"]
    assert anna.sees == (
        f"{TOLD}\n\nIf you change the answer, they see that too. This is not an emergency service, and it is "
        f"not certain that somebody reads it at once. If you feel unwell, call your care team on {PHONE}. {EMERGENCY}"
    )
    assert anna.buttons == []
    assert "Noted, thank you" in anna.everything[-2], "below the check-in"
    assert alerts_to(coordinator) == [], "there is a clinician"
    entries = [entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_raised"]
    assert [(entry.patient_id, entry.after) for entry in entries] == [(anna.row.id, {"alert": 1, "rule": 1})]
    (message,) = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.ALERT]
    assert (message.state, message.rank) == (MessageState.SENT, 0)


def test_it_is_told_once_until_the_run_is_broken(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 8, days=2)
    for day, pain in enumerate((8, 8, 8, 10, 9, 8), 2):
        evening(clinic, anna, day, f"{pain} 2 2 4")
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1
    for day, pain in enumerate((3, 8, 8, 8), 8):
        evening(clinic, anna, day, f"{pain} 2 2 4")
    assert len(alerts_to(clinician)) == len(notices(anna)) == 2
    assert "Pain 8, 8 on 2 days (Mon 9 Mar 2026 to Tue 10 Mar 2026)" in alerts_to(clinician)[-1]


def test_a_tap_raises_it_as_a_line_does_and_the_check_in_goes_on_undisturbed(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert anna.presses("8") == "Pain: 8"
    for value in ("3", "2", "2"):
        clinic.passes(minutes=0.25)
        anna.presses(value)
    assert "Noted, thank you" in anna.sees
    assert alerts_to(clinician) == notices(anna) == []
    clinic.passes(minutes=2.5)
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1
    assert anna.sees.startswith(TOLD)


def test_a_day_without_an_answer_counts_as_neither(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 8, days=2)
    evening(clinic, anna, 2, "8 2 2 4")
    evening(clinic, anna, 3, "skip 2 2 4")
    evening(clinic, anna, 5, "9 2 2 4")
    assert "Pain 8, 9 on 2 days (Mon 2 Mar 2026 to Thu 5 Mar 2026)" in clinician.sees
    evening(clinic, anna, 6, "1 2 2 4")
    evening(clinic, anna, 7, "8 2 2 4")
    evening(clinic, anna, 11, "8 2 2 4")
    assert len(alerts_to(clinician)) == 1, "three days in a row without an answer end a run"


def test_a_rise_is_over_the_own_reference_and_without_one_nothing_is_told(clinic: Clinic) -> None:
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    ruled(clinic, 3, days=2, kind="rise")
    for day in range(2, 9):
        evening(clinic, anna, day, "3 2 2 4")
    ben.says("1 1 1 1")
    for day in (9, 10):
        clinic.becomes(clinic.local(f"2026-03-{day:02} 18:00"))
        ben.says("9 1 1 1")
        evening(clinic, anna, day, "6 2 2 4")
    (told,) = alerts_to(clinician)
    assert told == (
        f"Alert: {anna.code}\n\nPain 6, 6 on 2 days (Mon 9 Mar 2026 to Tue 10 Mar 2026)\nOwn reference 3\n"
        "Rule: Pain 3 or more over the own reference on 2 answered days in a row"
    )
    assert notices(ben) == []


def test_yesterdays_answer_counts_as_if_it_had_come_in_time(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 8, days=3)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.becomes(clinic.local("2026-03-04 09:00"))
    anna.says("/today")
    anna.says("9 2 2 4")
    anna.says("/yesterday")
    grace_passes(clinic)
    assert alerts_to(clinician) == []
    anna.says("8 2 2 4")
    grace_passes(clinic)
    assert "Pain 8, 8, 9 on 3 days (Mon 2 Mar 2026 to Wed 4 Mar 2026)" in clinician.sees
    assert anna.sees.startswith(TOLD)


def test_a_correction_may_raise_it_and_one_after_it_is_shown_to_whoever_was_told(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "3 2 2 4")
    anna.says("pain 9")
    grace_passes(clinic)
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1
    clinic.passes(minutes=1)
    anna.says("pain 2")
    assert "Pain 9 on 1 day (Mon 2 Mar 2026)" in clinician.sees, "what was seen stays"
    assert "Corrected by the patient since: Mon 2 Mar 2026: 2" in clinician.sees
    assert clinician.buttons == ["Seen", "Chart"]
    anna.says("pain skip")
    assert "Corrected by the patient since: Mon 2 Mar 2026: skipped" in clinician.sees
    anna.says("pain 9")
    assert "Corrected" not in clinician.sees
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1, "to and fro is told once"


def test_after_a_correction_that_broke_the_run_a_new_one_is_told(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 8, days=2)
    for day in (2, 3):
        evening(clinic, anna, day, "8 2 2 4")
    anna.says("pain 1")
    for day in (4, 5):
        evening(clinic, anna, day, "8 2 2 4")
    assert len(alerts_to(clinician)) == 2
    assert "Pain 8, 8 on 2 days (Wed 4 Mar 2026 to Thu 5 Mar 2026)" in clinician.sees


def test_what_is_told_twice_by_telegram_is_one_alert(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.presses("8")
    before = clinic.stored()
    redelivered(clinic)
    assert clinic.stored() == before
    grace_passes(clinic)
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1
    clinician.presses("Seen")
    before = clinic.stored()
    redelivered(clinic)
    assert clinic.stored() == before


def test_one_acknowledges_for_all_and_nobody_hears_a_sound(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    first, second, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    seen_by_second, messages = second.last["message_id"], len(second.messages)
    clinic.passes(minutes=5)
    first.presses("Seen")
    assert first.sees.endswith("Seen by you, Mon 2 Mar 2026, 18:08")
    assert first.buttons == ["Chart"]
    assert second.message(seen_by_second)["text"].endswith("Seen by a colleague, Mon 2 Mar 2026, 18:08")
    assert second.buttons == ["Chart"]
    assert len(second.messages) == messages, "edited, and no message more"
    entries = [(entry.actor, entry.after) for entry in clinic.rows(AuditEntry) if entry.action == "alert_seen"]
    assert entries == [("staff:1", {"alert": 1})]


def test_whoever_comes_second_is_told_so(clinic: Clinic) -> None:
    first, second, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    data = second.buttons_of(second.last["message_id"])["Seen"]
    first.presses("Seen")
    # A telephone that was offline shows the button still.
    assert second.taps(second.last["message_id"], data, forge=True) == "Somebody on the team has seen this already."
    assert first.taps(first.last["message_id"], data, forge=True) == ""
    assert len([entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_seen"]) == 1
    assert clinic.rows(Alert)[0].acknowledged_by == 1


def test_the_button_opens_the_chart(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinician.presses("Chart")
    assert anna.code in clinician.sees
    assert "photo" in clinician.last
    assert "Alert: " in clinician.everything[-2], "the alert stays"


def test_each_reads_it_in_their_own_language(clinic: Clinic) -> None:
    clinician, colleague, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    set_language(clinic, clinician, "de")
    set_language(clinic, colleague, "fr")
    set_language(clinic, anna, "fr")
    ruled(clinic, 8, days=2)
    for day in (2, 3):
        evening(clinic, anna, day, "8 2 2 4")
    assert f"Hinweis: {anna.code}\n\nSchmerz 8, 8 an 2 Tagen" in clinician.sees.replace("Schmerzen", "Schmerz")
    assert f"Alerte\u00a0: {anna.code}\n\nDouleur\u00a0: 8, 8 sur 2 jours" in colleague.sees
    assert anna.sees.startswith("Votre équipe soignante est avertie maintenant")


def test_without_a_clinician_the_coordinators_are_told(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    assert f"Alert: {anna.code}" in coordinator.sees
    assert coordinator.buttons == ["Seen", "Patient's card"], "charts are for clinicians"
    alert = coordinator.last
    coordinator.presses("Patient's card")
    assert coordinator.sees.startswith(f"{anna.code} · ")
    assert coordinator.message(alert["message_id"])["text"].startswith("Alert: "), "the alert stays to be read"
    coordinator.presses("Seen", alert)
    assert "Seen by you" in coordinator.message(alert["message_id"])["text"]


def test_a_team_may_want_its_coordinators_told_too(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    coordinator.says("/alerts")
    assert "Told: clinicians; coordinators where no clinician can be reached" in coordinator.sees
    coordinator.presses("Tell coordinators too")
    assert "told to the clinicians and the coordinators" in coordinator.sees
    assert [e for e in clinic.rows(AuditEntry) if e.action == "alert_readers_set"] == [], "asked before"
    coordinator.presses("Yes, do it")
    assert coordinator.sees == "Done. Told: clinicians and coordinators."
    evening(clinic, anna, 2, "8 2 2 4")
    assert len(alerts_to(clinician)) == len(alerts_to(coordinator)) == 1
    clinician.says("/alerts")
    clinician.presses("Tell clinicians only")
    assert "told to the clinicians only" in clinician.sees
    clinician.presses("Yes, do it")
    evening(clinic, anna, 3, "1 2 2 4")
    evening(clinic, anna, 4, "8 2 2 4")
    assert (len(alerts_to(clinician)), len(alerts_to(coordinator))) == (2, 1)
    changes = [(e.before, e.after) for e in clinic.rows(AuditEntry) if e.action == "alert_readers_set"]
    assert changes == [
        ({"coordinators": False}, {"coordinators": True}),
        ({"coordinators": True}, {"coordinators": False}),
    ]


def test_where_nobody_can_be_told_the_patient_is_not_told_otherwise(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    clinic.world.block(clinician.account)
    clinic.calm()
    evening(clinic, anna, 2, "8 2 2 4")
    assert anna.sees == (
        "What you entered is kept, but nobody on your care team can be reached through this diary just now. "
        f"This is not an emergency service. If you feel unwell, call your care team on {PHONE}. {EMERGENCY}"
    )
    assert not any(TOLD in text for text in anna.everything)


def test_where_the_only_clinician_turns_out_to_be_gone_the_coordinators_are_told(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinic.world.misbehave(Fault("forbidden", "sendMessage", chat_id=clinician.account))
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.passes(minutes=1)
    assert alerts_to(clinician) == []
    assert len(alerts_to(coordinator)) == 1
    clinic.passes(minutes=10)
    assert len(alerts_to(coordinator)) == 1


def test_what_a_run_goes_on_with_is_shown_in_the_alert_and_disturbs_nobody(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 6)
    evening(clinic, anna, 6, "8 2 2 4")
    evening(clinic, anna, 8, "7 2 2 4")
    assert clinician.sees == (
        f"Alert: {anna.code}\n\nPain 8 on 1 day (Fri 6 Mar 2026)\nRule: Pain 6 or more\n"
        "Entered since: Sun 8 Mar 2026: 7"
    ), "Saturday was not answered, and counts as neither"
    assert clinician.buttons == ["Seen", "Chart"]
    clinician.presses("Seen")
    clinic.becomes(clinic.local("2026-03-09 18:00"))
    anna.says("10 2 2 4")
    clinic.passes(minutes=1)
    assert "Mon 9" not in alerts_to(clinician)[0], "it may be a slip"
    anna.says("pain 6")
    grace_passes(clinic)
    assert "Entered since: Sun 8 Mar 2026: 7, Mon 9 Mar 2026: 6\nSeen by you" in alerts_to(clinician)[0]
    clinic.passes(minutes=5)
    anna.says("pain 2")
    grace_passes(clinic)
    assert "Entered since: Sun 8 Mar 2026: 7\nSeen by you" in alerts_to(clinician)[0]
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1
    evening(clinic, anna, 10, "6 2 2 4")
    assert len(alerts_to(clinician)) == 2, "a day below the rule has ended the run"
    assert "Tue 10" not in alerts_to(clinician)[0]


def test_a_day_that_is_entered_late_between_is_shown_too(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 6)
    evening(clinic, anna, 2, "3 2 2 4")
    clinic.becomes(clinic.local("2026-03-04 09:00"))
    anna.says("/today")
    anna.says("9 2 2 4")
    grace_passes(clinic)
    anna.says("/yesterday")
    anna.says("7 2 2 4")
    grace_passes(clinic)
    (told,) = alerts_to(clinician)
    assert "Pain 9 on 1 day (Wed 4 Mar 2026)" in told
    assert told.endswith("Entered since: Tue 3 Mar 2026: 7")
    before = len(clinic.rows(OutboxMessage))
    clinic.becomes(clinic.local("2026-03-05 18:00"))
    anna.says("1 2 2 4")
    grace_passes(clinic)
    changed = [row for row in clinic.rows(OutboxMessage)[before:] if row.kind is MessageKind.ALERT_CHANGED]
    assert changed == [], "a low number says nothing about the alert"


def in_the_summary(clinician: Someone) -> str:
    clinician.says("/summary")
    return str(next(m["text"] for m in reversed(clinician.messages) if str(m.get("text", "")).startswith(f"{TEAM}, ")))


def test_the_summary_says_what_alerted_and_whether_anybody_saw_it(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    ruled(clinic)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("8 2 2 4")
    assert "Alert" not in in_the_summary(clinician), "it may still be taken back"
    grace_passes(clinic)
    ben.says("2 2 2 2")
    said = in_the_summary(clinician)
    assert f"\n\n1 needs a look\nAlerts: 1 that nobody has seen ({anna.code})\n\n{anna.code}: pain: " in said
    assert "\nAlert, seen by nobody: Pain 8 on 1 day (Mon 2 Mar 2026)\n" in said
    assert said.index(anna.code) < said.index(ben.code)
    letter = next(m for m in clinician.messages if str(m.get("text", "")).startswith("Alert: "))
    clinician.presses("Seen", letter)
    anna.says("pain 4")
    said = in_the_summary(clinician)
    assert f"\n\nNobody needs a look.\nAlerts: 1 seen, of the last 7 days ({anna.code})\n\n{anna.code}: " in said
    assert "\nAlert, seen: Pain 8 on 1 day (Mon 2 Mar 2026), corrected by the patient since\n" in said
    clinic.becomes(clinic.local("2026-03-09 18:00"))
    assert "Alert" not in in_the_summary(clinician), "it was in the one before"


def test_an_alert_that_nobody_saw_stays_in_the_summary_and_a_colleague_reads_of_it(clinic: Clinic) -> None:
    clinician, other, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    ruled(clinic)
    for day in (2, 3, 4):
        evening(clinic, anna, day, "9 2 2 4" if day == 2 else "2 2 2 2")
    said = in_the_summary(clinician)
    clinician.presses("Seen", next(m for m in reversed(clinician.messages) if m.get("text") == said))
    for day in range(5, 20):
        evening(clinic, anna, day, "2 2 2 2")
    for reader in (clinician, other):
        said = in_the_summary(reader)
        assert f"Need a look: 0 new, 1 seen by the team ({anna.code})" in said
        assert f"Alerts: 1 that nobody has seen ({anna.code})" in said
    evening(clinic, anna, 20, "10 2 2 4")
    assert "\n\n1 needs a look\nAlerts: 2 that nobody has seen" in in_the_summary(other)


def test_days_of_years_ago_that_would_have_met_the_rule_are_no_part_of_an_alert(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    evening(clinic, anna, 2, "9 2 2 4")
    evening(clinic, anna, 3, "1 2 2 4")
    ruled(clinic, 6)
    evening(clinic, anna, 6, "8 2 2 4")
    assert alerts_to(clinician) == [f"Alert: {anna.code}\n\nPain 8 on 1 day (Fri 6 Mar 2026)\nRule: Pain 6 or more"]
