"""What every page of the lesson is made with: templates, and pictures inside the page, so that nothing is fetched."""

import base64
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent
#: Drawn beside the lesson's texts, so that both show the same.
DIAGRAM = FOLDER.parents[1] / "docs" / "lesson" / "diagram.svg"


def render(template: str, **what: object) -> str:
    """A page as text."""
    environment = Environment(
        loader=PackageLoader("analysis.lesson"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**what)


def picture(svg: bytes) -> str:
    """A drawing as an address that holds the drawing itself."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def diagram() -> str:
    """The diagram of the lesson as such an address; empty where the documents are not there."""
    return picture(DIAGRAM.read_bytes()) if DIAGRAM.exists() else ""


def vendored(name: str) -> Markup:
    """A file of reveal.js as it is, to stand in a page."""
    return Markup((FOLDER / "vendor" / "reveal" / name).read_text(encoding="utf-8"))
