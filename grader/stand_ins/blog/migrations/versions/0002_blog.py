def upgrade() -> None:
    raise NotImplementedError("Stage 2: carry the old posts over")


def downgrade() -> None:
    raise NotImplementedError("Stage 2: and back again")
