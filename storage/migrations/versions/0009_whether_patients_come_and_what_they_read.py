"""whether patients come to their infusions, and what they read with the reminders

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'attendance',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('team_id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('planned_start', sa.Date(), nullable=False),
        sa.Column('is_coming', sa.Boolean(), nullable=False),
        sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_attendance_course_id_course')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_attendance_patient_id_patient')),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_attendance_team_id_team')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance')),
    )
    op.create_index(op.f('ix_attendance_patient_id'), 'attendance', ['patient_id'], unique=False)
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('instructions', sa.JSON(), server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind IN ('course_declined', 'course_accepted')")
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_column('instructions')
    op.drop_index(op.f('ix_attendance_patient_id'), table_name='attendance')
    op.drop_table('attendance')
