"""a form may stand in a pane of the desk, beside the one in the chat

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('dialogue', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pane', sa.Integer(), server_default='0', nullable=False))
    with op.batch_alter_table('dialogue', schema=None) as batch_op:
        batch_op.drop_constraint('pk_dialogue', type_='primary')
        batch_op.create_primary_key('pk_dialogue', ['chat_id', 'pane'])


def downgrade() -> None:
    op.execute('DELETE FROM dialogue WHERE pane <> 0')
    with op.batch_alter_table('dialogue', schema=None) as batch_op:
        batch_op.drop_constraint('pk_dialogue', type_='primary')
        batch_op.create_primary_key('pk_dialogue', ['chat_id'])
    with op.batch_alter_table('dialogue', schema=None) as batch_op:
        batch_op.drop_column('pane')
