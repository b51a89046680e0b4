"""A page to chat with in a browser: one file, no framework."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

router = APIRouter()
PAGE = Path(__file__).parent.parent / "page.html"


@router.get("/", include_in_schema=False)
async def show_page() -> FileResponse:
    return FileResponse(PAGE, media_type="text/html")
