"""a patient's own copy of everything held

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('own_copy', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('archive', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'own_copy_asked'")
    op.execute("DELETE FROM drawing WHERE own_copy")
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.drop_column('archive')
        batch_op.drop_column('own_copy')
