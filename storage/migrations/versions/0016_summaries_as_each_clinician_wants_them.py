"""what the weekly summary brings each clinician, and when; who has seen what needs a look

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('summary_brings', sa.String(length=24), server_default='all', nullable=False))
        batch_op.add_column(sa.Column('summary_weekday', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('summary_time', sa.Time(), nullable=True))
        batch_op.add_column(sa.Column('next_summary_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('last_summary_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_staff_next_summary_at'), ['next_summary_at'], unique=False)
        batch_op.create_check_constraint(
            'ck_staff_summary_time', '(summary_weekday IS NULL) = (summary_time IS NULL)'
        )
    op.execute(
        "UPDATE staff SET next_summary_at = (SELECT team.next_summary_at FROM team WHERE team.id = staff.team_id)"
        " WHERE clinician"
    )
    # Which week had one is in the outbox: what was due last, whatever became of it.
    op.execute(
        "UPDATE staff SET last_summary_at = (SELECT max(outbox.due_at) FROM outbox"
        " WHERE outbox.chat_id = staff.chat_id AND outbox.kind = 'weekly_summary') WHERE clinician"
    )
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_team_next_summary_at'))
        batch_op.drop_column('next_summary_at')
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('page', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('pages', sa.Integer(), server_default='1', nullable=False))
    op.execute("UPDATE drawing SET kind = 'summary' WHERE kind = 'page' AND patient_id IS NULL")
    op.create_table(
        'look',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('team_id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('state', sa.JSON(), nullable=False),
        sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('seen_by', sa.Integer(), nullable=True),
        sa.Column('not_before', sa.Date(), nullable=True),
        sa.Column('over_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_look_patient_id_patient')),
        sa.ForeignKeyConstraint(['seen_by'], ['staff.id'], name=op.f('fk_look_seen_by_staff')),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_look_team_id_team')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_look')),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_look_team_id'), 'look', ['team_id'], unique=False)
    op.create_index(op.f('ix_look_patient_id'), 'look', ['patient_id'], unique=False)


def downgrade() -> None:
    op.drop_table('look')
    # What an older version does not know is neither sent nor drawn.
    op.execute("DELETE FROM outbox WHERE kind IN ('summary_picture', 'summary_pdf')")
    op.execute(
        "UPDATE outbox SET drawing_id = NULL WHERE drawing_id IN"
        " (SELECT id FROM drawing WHERE kind IN ('summary', 'look', 'summary_pdf', 'look_pdf'))"
    )
    op.execute("DELETE FROM drawing WHERE kind IN ('summary', 'look', 'summary_pdf', 'look_pdf')")
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.drop_column('pages')
        batch_op.drop_column('page')
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_summary_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_team_next_summary_at'), ['next_summary_at'], unique=False)
    # A team without clinicians has none to come: the next day on which it is looked at will do.
    op.execute(
        "UPDATE team SET next_summary_at = COALESCE("
        "(SELECT min(staff.next_summary_at) FROM staff WHERE staff.team_id = team.id), created_at)"
    )
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_constraint('ck_staff_summary_time', type_='check')
        batch_op.drop_index(batch_op.f('ix_staff_next_summary_at'))
        batch_op.drop_column('last_summary_at')
        batch_op.drop_column('next_summary_at')
        batch_op.drop_column('summary_time')
        batch_op.drop_column('summary_weekday')
        batch_op.drop_column('summary_brings')
