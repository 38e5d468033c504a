"""which courses the patient is still to hear of

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

# A course's number, which old buttons bear, is never another's: SQLite forgets that where it makes a table anew.
NUMBERS_NEVER_AGAIN = {'sqlite_autoincrement': True}


def upgrade() -> None:
    with op.batch_alter_table('course', schema=None, table_kwargs=NUMBERS_NEVER_AGAIN) as batch_op:
        batch_op.add_column(sa.Column('to_announce', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('course', schema=None, table_kwargs=NUMBERS_NEVER_AGAIN) as batch_op:
        batch_op.drop_column('to_announce')
