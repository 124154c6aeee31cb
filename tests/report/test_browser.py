"""The report in a real browser: figures are visible, nothing overflows, the console is empty."""

import json
import re
import shutil
import subprocess

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")

# Appended to a copy of the page, this script writes measurements into the page's title.
MEASURE = """<script>
const frames = [...document.querySelectorAll(".scroll")].filter(frame => frame.clientWidth);
const cut = frames.filter(frame => frame.scrollWidth > frame.clientWidth + 1);
const said = frame => frame.previousElementSibling.hidden ? "" : frame.previousElementSibling.textContent;
const cues = cut.map(said), fitting = frames.filter(frame => !cut.includes(frame)).map(said);
cut[0]?.scrollTo(1e6, 0);
cut[0]?.dispatchEvent(new Event("scroll"));
const end = cut.length ? said(cut[0]) : "", stops = frames.map(frame => frame.tabIndex);
const reachable = frames.every((frame, i) => (stops[i] === 0) === cut.includes(frame));
const seen = [...document.querySelectorAll("figure svg")].map(svg => {
  const box = svg.getBoundingClientRect();
  return box.width > 100 && box.height > 50 && svg.querySelectorAll("text").length > 2;
});
const paper = getComputedStyle(document.body).backgroundColor;
const room = document.documentElement.clientWidth - document.documentElement.scrollWidth;
document.title = JSON.stringify({
  seen, paper, room, cues, fitting, end, reachable, tables: document.querySelectorAll("table tbody tr").length,
});
</script>"""


def opened(page, width, profile, dark=False):
    """Measurements of the page in a window of this width, and its console messages."""
    scheme = [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    command = [BROWSER, "--headless", "--no-sandbox", *QUIET, *scheme, f"--user-data-dir={profile}"]
    command += [f"--window-size={width},900", "--enable-logging=stderr", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    title = re.search("<title>(.*?)</title>", done.stdout, re.DOTALL)
    return json.loads(title[1]), re.findall(r".*:CONSOLE.*", done.stderr)


@pytest.fixture(scope="module")
def file(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (400, True)])
def test_browser_shows_every_figure_without_console_messages(file, html, tmp_path, width, dark):
    found, console = opened(file, width, tmp_path, dark)
    assert console == []
    assert found["seen"] == [True] * html.count("<svg ")
    assert found["room"] >= 0, "the page is wider than the window"
    assert found["tables"] > 50
    assert found["paper"] == ("rgb(22, 24, 27)" if dark else "rgb(255, 255, 255)")


@pytest.mark.parametrize("width", [1200, 400])
def test_cut_tables_name_the_hidden_columns(file, tmp_path, width):
    found, _ = opened(file, width, tmp_path)
    assert found["cues"] and all(re.fullmatch(r"scroll for \d+ more columns? →", cue) for cue in found["cues"])
    assert set(found["fitting"]) <= {""}
    assert found["end"] == "← scroll back"
    assert found["reachable"], "only frames that scroll are stops of the tab key"
    assert len(found["cues"]) > (20 if width == 400 else 0)


def test_an_error_would_be_found(tmp_path):
    page = tmp_path / "bad.html"
    page.write_text(f"<title></title><svg></svg><script>nothing.there()</script>{MEASURE}")
    _, [line] = opened(page, 400, tmp_path / "profile")
    assert "nothing is not defined" in line
