"""The lesson's HTML pages: one look, one file each, nothing from elsewhere."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

ENVIRONMENT = Environment(
    loader=PackageLoader("analysis"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, **content: Any) -> str:
    """A page made of one of the templates in analysis/templates/lesson/."""
    return ENVIRONMENT.get_template(f"lesson/{template}").render(**content)
