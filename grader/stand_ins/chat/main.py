async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with open_database(app):
        yield


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or read_settings()
    return make_app(Path(__file__).parent, settings, lifespan, ROUTERS)
