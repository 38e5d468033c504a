"""Invitations: a token opens one door once, and the database does not hold it."""

import hashlib
import re
from datetime import timedelta

from storage import chats, invitations
from storage.database import Database
from storage.models import Invitation, Patient, Role
from tests.storage.support import NOW, committing, everything_in, joined_patient, rows_of, team_of


def test_only_a_hash_of_the_token_is_kept(database: Database) -> None:
    with committing(database) as session:
        token, made = invitations.invite(session, team_id=team_of(session).id, role=Role.COORDINATOR, now=NOW)
        assert token not in repr(everything_in(session))
        assert made.token_hash == hashlib.sha256(token.encode()).hexdigest()
        assert invitations.invitation_for(session, token) is made
        assert invitations.invitation_for(session, made.token_hash) is None


def test_tokens_fit_telegrams_start_parameter_and_are_never_the_same(database: Database) -> None:
    with committing(database) as session:
        team = team_of(session)
        tokens = {invitations.invite(session, team_id=team.id, role=Role.CLINICIAN, now=NOW)[0] for _ in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22,64}", token) for token in tokens)


def test_an_invitation_is_used_up_by_its_first_use(database: Database) -> None:
    with committing(database) as session:
        token, made = invitations.invite(session, team_id=team_of(session).id, role=Role.CLINICIAN, now=NOW)
        one, two = (chats.open_chat(session, account, "en", NOW).id for account in (1, 2))
        assert invitations.use(session, made, one, NOW)
        assert not invitations.use(session, made, two, NOW)
        found = invitations.invitation_for(session, token)
        assert found is not None
        session.refresh(found)
        assert (found.used_by, found.used_at) == (one, NOW)


def test_a_new_link_ends_the_old_ones_of_the_same_patient_alone(database: Database) -> None:
    with committing(database) as session:
        team = team_of(session)
        anna, ben = (joined_patient(session, account) for account in (1, 2))
        links = [(p, invitations.invite(session, team_id=team.id, role=Role.PATIENT, patient_id=p.id, now=NOW)[1])
                 for p in (anna, anna, ben)]  # fmt: skip
        session.flush()
        later = NOW + timedelta(days=1)
        invitations.expire_open_invitations(session, team.id, anna.id, later)
        for patient, link in links:
            session.refresh(link)
            assert (link.expires_at == later) == (patient is anna)
        used = [link for link in rows_of(session, Invitation) if link.used_at is not None]
        assert used, "the two patients joined by theirs"
        assert all(link.expires_at > later for link in used)
        assert len(rows_of(session, Patient)) == 2
