"""What was found out of each portal: whether it keeps tags; and where an installation is waited for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    texts = [sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("sign_in", "tags", "reason")]
    moments = [
        sa.Column(name, sa.Double, nullable=False, server_default="0")
        for name in ("probed_at", "install_until", "installed_at")
    ]
    op.create_table(
        "portals",
        sa.Column("portal", sa.Text, primary_key=True),
        *texts,
        moments[0],
        sa.Column("install_path", sa.Text, nullable=False, server_default=""),
        *moments[1:],
    )
