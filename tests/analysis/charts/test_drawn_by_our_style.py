"""Charts depend on our style and the data, and on no settings that a person has for their own charts."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from altered import EXAMPLE

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parents[1]

#: Settings that are seen in every chart, or that draw none at all on a machine without LaTeX.
SETTINGS = """
text.usetex: True
font.family: serif
font.size: 31
font.weight: bold
savefig.bbox: tight
savefig.transparent: True
savefig.dpi: 41
savefig.format: pdf
savefig.facecolor: black
svg.fonttype: none
axes.facecolor: yellow
axes.prop_cycle: cycler('color', ['r'])
axes.formatter.use_locale: True
axes.xmargin: 0.4
axes.unicode_minus: False
lines.linewidth: 9
lines.antialiased: False
path.sketch: (1, 100, 2)
figure.constrained_layout.use: True
xtick.direction: inout
"""
DRAWING = """
import hashlib, sys
import analysis
from pathlib import Path
sys.path.append(sys.argv[2])
from analysed import grouped
from analysis.charts import as_png, as_svg, draw
from analysis.charts import views
from analysis.charts import draw_view
from analysis.findings.cells import findings
from analysis.lesson.gallery.panels import draw_lie
from analysis.lesson.gallery.misleading import lies
(group,) = grouped(Path(sys.argv[1]))
figures = [draw(group, finding.chart, finding.sentence) for finding in findings(group.cells)[:3]]
figures += [draw_view(view) for view in views(group)[:1]]
verdicts = {trial.name: "VALID" for trial in group.trials}
figures += [draw_lie(lie, "as it was measured") for lie in lies(group.trials, verdicts)[:1]]
print(len(figures), hashlib.sha256(b"".join(as_png(each, 50) + as_svg(each) for each in figures)).hexdigest())
"""


def drawn(folder: Path, settings: Mapping[str, str]) -> str:
    """How many charts a process draws in a folder, with these settings, and the hash of all of them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MPL", "MATPLOTLIB"))}
    done = subprocess.run(
        [sys.executable, "-c", DRAWING, str(EXAMPLE), str(HERE)],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT)} | settings,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_person_s_settings_of_matplotlib_change_no_chart(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "matplotlibrc").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "old").write_bytes("# für Präsentationen\n".encode("latin-1"))
    notebook = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "MATPLOTLIBRC": str(tmp_path / "old")}

    plain = drawn(tmp_path / "plain", {})

    assert plain.startswith("5 ")
    assert drawn(tmp_path / "set", notebook) == plain


def test_nothing_is_saved_but_with_our_style() -> None:
    saving = [path for path in (ROOT / "analysis").rglob("*.py") if ".savefig(" in path.read_text(encoding="utf-8")]

    assert [path.relative_to(ROOT).as_posix() for path in saving] == ["analysis/charts/__init__.py"]
