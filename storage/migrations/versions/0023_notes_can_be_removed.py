"""a note can be changed and removed: it is kept, and shown no more

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.add_column(sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # Without the column, what was removed would be shown again.
    op.execute('DELETE FROM note WHERE removed_at IS NOT NULL')
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_column('removed_at')
