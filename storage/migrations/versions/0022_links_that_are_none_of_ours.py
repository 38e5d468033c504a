"""who opened a link that is none of ours, for an hour

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'wrong_link',
        sa.Column('telegram_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('what', sa.String(length=80), nullable=False),
        sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('telegram_id', 'what', name=op.f('pk_wrong_link')),
    )
    op.create_index(op.f('ix_wrong_link_tried_at'), 'wrong_link', ['tried_at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_wrong_link_tried_at'), table_name='wrong_link')
    op.drop_table('wrong_link')
