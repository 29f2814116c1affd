"""How large the words of the diagram come out on a page that shows it as a picture."""

from playwright.sync_api import Page

# A picture's letters cannot be measured: the same drawing is put in its place, where they can.
MEASURE = """() => {
  const image = document.querySelector(".diagram img"), { width, height } = image.getBoundingClientRect();
  const source = new TextDecoder().decode(Uint8Array.from(atob(image.src.split(",")[1]), (c) => c.charCodeAt(0)));
  const drawing = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
  drawing.style.cssText = `display: block; width: ${width}px; height: ${height}px`;
  image.replaceWith(drawing);
  const px = [...drawing.querySelectorAll("text")]
    .map((each) => parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a);
  drawing.replaceWith(image);
  return px;
}"""


def diagram_text_px(page: Page) -> list[float]:
    """The height of the font of each piece of text of the diagram, as it is shown [px]."""
    return [float(px) for px in page.evaluate(MEASURE)]
