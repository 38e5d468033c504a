"""leaving, days off, big buttons, the day before the patient's eyes, own charts

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.add_column(sa.Column('days_off', sa.String(length=7), server_default='', nullable=False))
        batch_op.add_column(sa.Column('one_column', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('diaryday', schema=None) as batch_op:
        batch_op.add_column(sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=24), server_default='page', nullable=False))
    op.execute("UPDATE drawing SET kind = 'own_copy' WHERE own_copy")
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.drop_column('own_copy')
    _remake_courses(autoincrement=True)


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind IN ('patient_withdrew', 'patient_came_back', 'patient_erased', 'own_chart_asked')")
    op.execute("DELETE FROM drawing WHERE kind = 'own_chart'")
    op.execute("UPDATE patient SET status = 'withdrawn' WHERE status = 'erased'")
    _remake_courses(autoincrement=False)
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('own_copy', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE drawing SET own_copy = (kind = 'own_copy')")
    with op.batch_alter_table('drawing', schema=None) as batch_op:
        batch_op.drop_column('kind')
    with op.batch_alter_table('diaryday', schema=None) as batch_op:
        batch_op.drop_column('shown_at')
    with op.batch_alter_table('patient', schema=None) as batch_op:
        batch_op.drop_column('withdrawn_at')
        batch_op.drop_column('one_column')
        batch_op.drop_column('days_off')


def _remake_courses(*, autoincrement: bool) -> None:
    """PostgreSQL never uses a number twice; SQLite has to be told."""
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table(
            'course', schema=None, recreate='always', table_kwargs={'sqlite_autoincrement': autoincrement}
        ):
            pass
