"""one follow-up a day, and "later"

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('follow_up_after', sa.Integer(), nullable=True))
        batch_op.create_check_constraint('ck_team_follow_up_after', 'follow_up_after > 0')
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.add_column(sa.Column('follow_up', sa.Boolean(), server_default=sa.true(), nullable=False))
    with op.batch_alter_table('diaryday', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_follow_up_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('snoozed', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        'ix_diaryday_next_follow_up_at',
        'diaryday',
        ['next_follow_up_at'],
        unique=False,
        sqlite_where=sa.text('next_follow_up_at IS NOT NULL'),
        postgresql_where=sa.text('next_follow_up_at IS NOT NULL'),
    )


def downgrade() -> None:
    op.drop_index('ix_diaryday_next_follow_up_at', table_name='diaryday')
    with op.batch_alter_table('diaryday', schema=None) as batch_op:
        batch_op.drop_column('snoozed')
        batch_op.drop_column('next_follow_up_at')
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.drop_column('follow_up')
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_constraint('ck_team_follow_up_after', type_='check')
        batch_op.drop_column('follow_up_after')
