from sqlalchemy.ext.asyncio import AsyncSession


async def notify(session: AsyncSession) -> None:
    """Wake all who wait, once the transaction is committed."""
    return
