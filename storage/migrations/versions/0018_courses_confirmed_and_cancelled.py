"""planned doses, why a course was cancelled, and asking about courses that nobody confirmed

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

# A course's number, which old buttons bear, is never another's: SQLite forgets that where it makes a table anew.
NUMBERS_NEVER_AGAIN = {'sqlite_autoincrement': True}


def upgrade() -> None:
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_confirmation_at', UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_team_next_confirmation_at'), ['next_confirmation_at'], unique=False)
    with op.batch_alter_table('course', schema=None, table_kwargs=NUMBERS_NEVER_AGAIN) as batch_op:
        batch_op.add_column(sa.Column('planned_grams_per_kg_per_day', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('cancelled_because', sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column('asked_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('told_cancelled', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('course', schema=None, table_kwargs=NUMBERS_NEVER_AGAIN) as batch_op:
        batch_op.drop_column('told_cancelled')
        batch_op.drop_column('asked_on')
        batch_op.drop_column('cancelled_because')
        batch_op.drop_column('planned_grams_per_kg_per_day')
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_team_next_confirmation_at'))
        batch_op.drop_column('next_confirmation_at')
