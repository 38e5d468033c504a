"""a team's own questions, and which of them a patient is asked

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'own_item',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('team_id', sa.Integer(), nullable=False),
        sa.Column('language', sa.String(length=8), nullable=False),
        sa.Column('wording', sa.JSON(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_own_item_team_id_team')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_own_item')),
    )
    op.create_index(op.f('ix_own_item_team_id'), 'own_item', ['team_id'], unique=False)
    op.create_table(
        'item_set',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('team_id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=True),
        sa.Column('valid_from', sa.Date(), nullable=False),
        sa.Column('items', sa.JSON(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_item_set_patient_id_patient')),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_item_set_team_id_team')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_item_set')),
    )
    op.create_index(
        'ix_item_set_team_id_patient_id_valid_from', 'item_set', ['team_id', 'patient_id', 'valid_from'], unique=False
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_constraint('ck_answer_value', type_='check')
        batch_op.create_check_constraint(
            'ck_answer_value', "value BETWEEN 0 AND 10 OR (item = 'stairs' AND value BETWEEN 0 AND 99)"
        )


def downgrade() -> None:
    # The version before knows four items, and fails on any other.
    op.execute("DELETE FROM answer WHERE item NOT IN ('pain', 'tiredness', 'weakness', 'exertion_pain')")
    op.execute(
        "UPDATE diaryday SET changing = NULL"
        " WHERE changing NOT IN ('pain', 'tiredness', 'weakness', 'exertion_pain')"
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_constraint('ck_answer_value', type_='check')
        batch_op.create_check_constraint('ck_answer_value', 'value BETWEEN 0 AND 10')
    op.drop_index('ix_item_set_team_id_patient_id_valid_from', table_name='item_set')
    op.drop_table('item_set')
    op.drop_index(op.f('ix_own_item_team_id'), table_name='own_item')
    op.drop_table('own_item')
