"""what the operator watches: parked messages, lights that are red, and that a process lives

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

PARKED = sa.text('parked')


def upgrade() -> None:
    # What failed before is no news.
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parked', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('ix_outbox_parked', 'outbox', ['id'], sqlite_where=PARKED, postgresql_where=PARKED)
    op.create_table(
        'heartbeat',
        sa.Column('process', sa.String(length=120), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('process'),
    )
    op.create_table(
        'red_light',
        sa.Column('name', sa.String(length=32), nullable=False),
        sa.Column('whose', sa.String(length=120), nullable=False),
        sa.Column('red_since', sa.DateTime(timezone=True), nullable=False),
        sa.Column('green_since', sa.DateTime(timezone=True), nullable=True),
        sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('name', 'whose'),
    )


def downgrade() -> None:
    op.drop_table('red_light')
    op.drop_table('heartbeat')
    op.drop_index('ix_outbox_parked', table_name='outbox')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('parked')
