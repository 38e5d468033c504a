"""alert rules, alerts, and what a patient then reads

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alert_words', sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column('alerts_to_coordinators', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_table(
        'alert_rule',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('team_id', sa.Integer(), nullable=False),
        sa.Column('item', sa.String(length=40), nullable=False),
        sa.Column('kind', sa.String(length=24), nullable=False),
        sa.Column('threshold', sa.Integer(), nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('threshold BETWEEN 1 AND 10', name='ck_alert_rule_threshold'),
        sa.CheckConstraint('days >= 1', name='ck_alert_rule_days'),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_alert_rule_team_id_team')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_rule')),
    )
    op.create_index(op.f('ix_alert_rule_team_id'), 'alert_rule', ['team_id'], unique=False)
    op.create_table(
        'alert',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('team_id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('rule_id', sa.Integer(), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('seen', sa.JSON(), nullable=False),
        sa.Column('reference', sa.Float(), nullable=True),
        sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('cause', sa.String(length=80), nullable=False),
        sa.Column('told_team', sa.Boolean(), nullable=False),
        sa.Column('told_patient', sa.Boolean(), nullable=False),
        sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('acknowledged_by', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['acknowledged_by'], ['staff.id'], name=op.f('fk_alert_acknowledged_by_staff')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_alert_patient_id_patient')),
        sa.ForeignKeyConstraint(['rule_id'], ['alert_rule.id'], name=op.f('fk_alert_rule_id_alert_rule')),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_alert_team_id_team')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
        sa.UniqueConstraint('patient_id', 'rule_id', 'last_day', name=op.f('uq_alert_patient_id_rule_id_last_day')),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alert_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_outbox_alert_id'), ['alert_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_outbox_alert_id_alert'), 'alert', ['alert_id'], ['id'])


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE alert_id IS NOT NULL")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_outbox_alert_id_alert'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_outbox_alert_id'))
        batch_op.drop_column('alert_id')
    op.drop_table('alert')
    op.drop_table('alert_rule')
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_column('alerts_to_coordinators')
        batch_op.drop_column('alert_words')
