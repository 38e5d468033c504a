"""an alert does not keep which press or line raised it: nobody reads that

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

# An alert's number, which old buttons bear, is never another's.
NUMBERS_NEVER_AGAIN = {'sqlite_autoincrement': True}


def upgrade() -> None:
    with op.batch_alter_table('alert', schema=None, table_kwargs=NUMBERS_NEVER_AGAIN) as batch_op:
        batch_op.drop_column('cause')


def downgrade() -> None:
    with op.batch_alter_table('alert', schema=None, table_kwargs=NUMBERS_NEVER_AGAIN) as batch_op:
        batch_op.add_column(sa.Column('cause', sa.String(length=80), server_default='', nullable=False))
