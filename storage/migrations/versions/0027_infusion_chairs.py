"""how many infusion chairs a team has

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('chairs', sa.Integer(), nullable=True))
        batch_op.create_check_constraint('ck_team_chairs', 'chairs BETWEEN 1 AND 200')


def downgrade() -> None:
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_constraint('ck_team_chairs', type_='check')
        batch_op.drop_column('chairs')
