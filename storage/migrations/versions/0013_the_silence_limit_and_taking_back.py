"""the team's silence limit, and which change took back which

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('silent_after', sa.Integer(), server_default='3', nullable=False))
        batch_op.create_check_constraint('ck_team_silent_after', 'silent_after BETWEEN 2 AND 14')
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('takes_back', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_audit_takes_back_audit'), 'audit', ['takes_back'], ['id'])
        batch_op.create_unique_constraint(batch_op.f('uq_audit_takes_back'), ['takes_back'])


def downgrade() -> None:
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_audit_takes_back'), type_='unique')
        batch_op.drop_constraint(batch_op.f('fk_audit_takes_back_audit'), type_='foreignkey')
        batch_op.drop_column('takes_back')
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_constraint('ck_team_silent_after', type_='check')
        batch_op.drop_column('silent_after')
