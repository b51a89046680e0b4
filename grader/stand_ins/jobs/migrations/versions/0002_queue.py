def upgrade() -> None:
    raise NotImplementedError("Stage 2: carry the old jobs over")


def downgrade() -> None:
    raise NotImplementedError("Stage 2: and back again")
