"""who is at the desk, and the single-use ways in

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'desk_session',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_desk_session_staff_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_session')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_desk_session_token_hash')),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_desk_session_staff_id'), 'desk_session', ['staff_id'], unique=False)
    op.create_index(op.f('ix_desk_session_ends_at'), 'desk_session', ['ends_at'], unique=False)
    op.create_table(
        'desk_ticket',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_desk_ticket_staff_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_ticket')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_desk_ticket_token_hash')),
    )
    op.create_index(op.f('ix_desk_ticket_staff_id'), 'desk_ticket', ['staff_id'], unique=False)
    op.create_index(op.f('ix_desk_ticket_expires_at'), 'desk_ticket', ['expires_at'], unique=False)
    op.create_table(
        'used_proof',
        sa.Column('proof_hash', sa.String(length=64), nullable=False),
        sa.Column('until', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('proof_hash', name=op.f('pk_used_proof')),
    )
    op.create_index(op.f('ix_used_proof_until'), 'used_proof', ['until'], unique=False)


def downgrade() -> None:
    op.drop_table('used_proof')
    op.drop_table('desk_ticket')
    op.drop_table('desk_session')
