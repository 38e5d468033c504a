"""notes beside the numbers

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'note',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('team_id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('diary_date', sa.Date(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('late', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_note_patient_id_patient')),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_note_team_id_team')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_note')),
    )
    op.create_index('ix_note_patient_id_diary_date', 'note', ['patient_id', 'diary_date'], unique=False)
    with op.batch_alter_table('diaryday', schema=None) as batch_op:
        batch_op.add_column(sa.Column('noting', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('diaryday', schema=None) as batch_op:
        batch_op.drop_column('noting')
    op.drop_index('ix_note_patient_id_diary_date', table_name='note')
    op.drop_table('note')
