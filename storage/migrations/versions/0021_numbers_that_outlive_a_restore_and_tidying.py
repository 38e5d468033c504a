"""numbers that old buttons bear are never given again, also after a restore; and when a team is tidied next

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

from storage.types import UtcDateTime

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

# PostgreSQL's sequences never go back; SQLite has to be told, and makes the tables anew for it.
NUMBERED = ('patient', 'staff', 'alert_rule', 'own_item', 'measurement', 'steroid_dose')


def _made_anew(*, never_again: bool) -> None:
    if op.get_context().dialect.name == 'sqlite':
        for table in NUMBERED:
            kept = {'sqlite_autoincrement': True} if never_again else {}
            with op.batch_alter_table(table, schema=None, recreate='always', table_kwargs=kept):
                pass


def upgrade() -> None:
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_tidying_at', UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_team_next_tidying_at'), ['next_tidying_at'], unique=False)
    _made_anew(never_again=True)
    settled = sa.text("state IN ('sent', 'failed', 'expired', 'withdrawn')")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(
            'ix_outbox_settled', ['team_id', 'due_at'], unique=False, sqlite_where=settled, postgresql_where=settled
        )


def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_settled')
    _made_anew(never_again=False)
    with op.batch_alter_table('team', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_team_next_tidying_at'))
        batch_op.drop_column('next_tidying_at')
    op.execute(
        "DELETE FROM outbox WHERE kind IN ('diary_restored', 'patient_erasure_coming', 'patient_erased_at_term')"
    )
