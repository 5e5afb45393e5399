"""The pages and scripts that browsers load, and what anybody may know of the practice."""

from pathlib import Path

from fastapi import APIRouter, Depends
from starlette.responses import FileResponse, RedirectResponse

from server.desk_shapes import Json
from server.errors import Problem
from server.routes.demo import demo_only
from server.world import Here

router = APIRouter()

STATIC = Path(__file__).parents[1] / "static"
EMBEDDABLE = {"Cross-Origin-Resource-Policy": "cross-origin"}
REVALIDATE = {"Cache-Control": "no-cache"}


@router.get("/", include_in_schema=False, dependencies=[Depends(demo_only)])
async def root() -> RedirectResponse:
    return RedirectResponse("/demo")


@router.get("/demo", include_in_schema=False, dependencies=[Depends(demo_only)])
async def demo_page() -> FileResponse:
    return _file("demo.html")


@router.get("/staff", include_in_schema=False)
async def staff_page() -> FileResponse:
    return _file("staff.html")


@router.get("/widget.js", include_in_schema=False)
async def widget() -> FileResponse:
    return _file("widget.js", EMBEDDABLE)


@router.get("/static/{name}", include_in_schema=False)
async def static(name: str) -> FileResponse:
    return _file(name)


@router.get("/v1/practice")
async def practice(world: Here) -> Json:
    about = world.agent.practice
    return {
        "name": about.name,
        "phone": about.phone,
        "languages": list(about.languages),
        "after_hours_phone": about.after_hours_phone,
    }


def _file(name: str, headers: dict[str, str] | None = None) -> FileResponse:
    path = STATIC / name
    if path.parent != STATIC or not path.is_file():
        raise Problem(404, "not_found", f"no file {name!r} (made by the widget's build)")
    return FileResponse(path, headers=REVALIDATE | (headers or {}))
