"""members of staff who leave, and alerts that nobody has seen

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

ALERT_WAITS = sa.text('escalate_at IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('number', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('label', sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column('hears_of_unseen', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('left_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column('chat_id', existing_type=sa.Integer(), nullable=True)
    # In the order in which they came.
    op.execute(
        'UPDATE staff SET number = (SELECT count(*) FROM staff AS other'
        ' WHERE other.team_id = staff.team_id AND other.id <= staff.id)'
    )
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('number', existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f('uq_staff_team_id_number'), ['team_id', 'number'])
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('invited_by', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_invitation_invited_by_staff'), 'staff', ['invited_by'], ['id'])
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('escalate_after', sa.Integer(), server_default='120', nullable=True))
        batch_op.create_check_constraint('ck_team_escalate_after', 'escalate_after > 0')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.add_column(sa.Column('escalate_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            'ix_alert_escalate_at', ['escalate_at'], sqlite_where=ALERT_WAITS, postgresql_where=ALERT_WAITS
        )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('staff_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_outbox_staff_id_staff'), 'staff', ['staff_id'], ['id'])


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind IN ('alert_unseen', 'staff_changed', 'staff_left')")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_outbox_staff_id_staff'), type_='foreignkey')
        batch_op.drop_column('staff_id')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index('ix_alert_escalate_at')
        batch_op.drop_column('escalated_at')
        batch_op.drop_column('escalate_at')
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_constraint('ck_team_escalate_after', type_='check')
        batch_op.drop_column('escalate_after')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_invitation_invited_by_staff'), type_='foreignkey')
        batch_op.drop_column('invited_by')
    # Without a column for their leaving they are no rows at all: nobody must come back by going down.
    op.execute(
        'UPDATE alert SET acknowledged_by = NULL WHERE acknowledged_by IN (SELECT id FROM staff WHERE chat_id IS NULL)'
    )
    op.execute('DELETE FROM staff WHERE chat_id IS NULL')
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_staff_team_id_number'), type_='unique')
        batch_op.alter_column('chat_id', existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column('left_at')
        batch_op.drop_column('hears_of_unseen')
        batch_op.drop_column('label')
        batch_op.drop_column('number')
