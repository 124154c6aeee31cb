"""`treenn data`: output, streams and exit codes."""

import hashlib
import json
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from treebanks.catalogue import ENTRIES
from treebanks.catalogue_entry import Download, Entry, File
from treenn.cli import main

DATA = b"(3 (2 a) (3 joy))\n"
SHA256 = hashlib.sha256(DATA).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs `treenn data ...` in this process; returns exit code, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["treenn", "data", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def made(monkeypatch, tmp_path, home):
    """A catalogue of one treebank, served by a local HTTP server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "made.txt").write_bytes(DATA)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "served")) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        download = Download(f"http://127.0.0.1:{server.server_port}/made.txt", len(DATA), SHA256)
        files = (File("made.txt", len(DATA), SHA256),)
        entry = Entry("made", "made up", "none", "none", "none", "made", files, download)
        monkeypatch.setattr("treebanks.catalogue.ENTRIES", (entry,))
        yield entry
        server.shutdown()
        thread.join()


def test_list_names_every_treebank(run, home):
    code, out, err = run("list")
    assert (code, err) == (0, "")
    for entry in ENTRIES:
        assert entry.name in out
    assert "ships with" in out
    assert str(home) in out.replace("\n", "")


def test_list_as_json(run, home):
    code, out, err = run("list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert (code, err) == (0, "")
    assert rows["sst"]["folder"] == str(home / "sst")
    assert (rows["sst"]["state"], rows["sst"]["fetch"]) == ("missing", True)
    assert (rows["craft"]["state"], rows["craft"]["fetch"]) == ("missing", False)
    assert (rows["reviews"]["state"], rows["reviews"]["folder"]) == ("generated", None)


def test_list_sees_what_is_there(run, made, home):
    (home / "made").mkdir(parents=True)
    (home / "made" / "made.txt").write_bytes(DATA)
    assert "yes" in run("list")[1]
    (home / "made" / "made.txt").write_bytes(DATA[1:])
    assert "different" in run("list")[1]


def test_show_prints_raw_card_without_terminal(run, home):
    code, out, err = run("show", "sst")
    assert (code, err) == (0, "")
    assert out.startswith("# sst: Stanford Sentiment Treebank")
    assert out.endswith(f"On this machine (missing): {home / 'sst'}\n")


def test_show_renders_the_card_on_a_terminal(run, home, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = run("show", "sst")[1]
    assert "\x1b[" in out
    assert "**Licence**" not in out


def test_encoders_are_in_the_cache_of_treenn(run, home, monkeypatch, tmp_path):
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "encoders" / "all-mpnet-base-v2"
    assert f"Folder: {tmp_path / 'cache'} for encoders" in run("list")[1].replace("\n", "")
    shown = json.loads(run("show", "all-mpnet-base-v2", "--json")[1])
    assert (shown["kind"], shown["folder"], shown["state"]) == ("encoder", str(folder), "missing")
    assert len(shown["download"]["wheels"]) == 5
    assert run("verify", "all-mpnet-base-v2")[1].endswith(f"0 of 7 files match, in {folder}\n")


def test_show_as_json_gives_the_entry(run, home):
    shown = json.loads(run("show", "sst", "--json")[1])
    assert shown["licence"] == "none stated; cite Socher et al. 2013"
    assert shown["download"]["url"] == "https://nlp.stanford.edu/sentiment/trainDevTestTrees_PTB.zip"
    assert [file["path"] for file in shown["files"]] == ["dev.txt", "test.txt", "train.txt"]
    assert shown["folder"] == str(home / "sst")
    assert shown["card"].startswith("# sst")


def test_fetch_reports_the_folder(run, made, home):
    code, out, err = run("fetch", "made")
    assert (code, out) == (0, f"made: fetched and verified, in {home / 'made'}\n")
    assert "fetching made" in err
    assert (home / "made" / "made.txt").read_bytes() == DATA


def test_fetch_of_what_is_there_says_so(run, made, home):
    run("fetch", "made")
    code, out, err = run("fetch", "made")
    assert (code, err) == (0, "")
    assert out == f"made: already here, all checksums match, in {home / 'made'}\n"


def test_fetch_as_json(run, made, home):
    out = run("fetch", "made", "--json")[1]
    assert json.loads(out) == {"name": "made", "folder": str(home / "made"), "fetched": True}


def test_failed_fetch_is_one_line(run, made, home, tmp_path):
    (tmp_path / "served" / "made.txt").unlink()
    code, out, err = run("fetch", "made", "--json")
    assert (code, out) == (2, "")
    assert err == f"error: {made.download.url}: the response is 404 File not found\n"
    assert list(home.iterdir()) == []


def test_fetch_by_hand_says_how(run, home):
    code, out, err = run("fetch", "sick")
    assert (code, out) == (2, "")
    assert err.startswith("error: sick has no fixed download: take ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["fetch", "verify"])
def test_what_ships_with_the_package_needs_neither(run, home, command):
    code, out, err = run(command, "reviews")
    assert (code, out, err) == (0, f"reviews ships with treenn, there is nothing to {command}\n", "")


def test_verify_of_what_is_right(run, made, home):
    run("fetch", "made")
    assert run("verify", "made") == (0, f"made: 1 of 1 files match, in {home / 'made'}\n", "")


def test_verify_names_wrong_files(run, made, home):
    (home / "made").mkdir(parents=True)
    (home / "made" / "made.txt").write_bytes(DATA.replace(b"joy", b"woe"))
    code, out, err = run("verify", "made")
    assert (code, err) == (1, "")
    assert out.startswith(f"made.txt: wrong checksum, expected {SHA256} as SHA-256, found ")
    assert "made: 0 of 1 files match" in out


def test_verify_as_json(run, made, home):
    code, out, err = run("verify", "made", "--json")
    verified = json.loads(out)
    assert (code, err, verified["ok"]) == (1, "", False)
    assert verified["files"] == [{"path": "made.txt", "state": "missing", "expected": None, "found": None}]


@pytest.mark.parametrize("command", ["show", "fetch", "verify"])
def test_unknown_treebank_is_one_line(run, home, command):
    code, out, err = run(command, "penn")
    assert (code, out) == (2, "")
    assert err.startswith("error: no treebank is called 'penn'; it must be all-mpnet-base-v2, corpus, craft,")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["list", "show", "fetch", "verify"])
def test_help_has_an_example(run, command):
    assert f"Example: treenn data {command}" in run(command, "--help")[1]


def test_describe_records_a_split(run, tmp_path):
    rows = [f"text {number},{'good' if number % 2 else 'bad'}" for number in range(20)]
    (tmp_path / "train.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    code, out, err = run("describe", str(tmp_path), "--split", "80/20", "--seed", "3")
    assert (code, out.startswith("# train: 16 texts")) == (0, True), err
    text = (tmp_path / "dataset.toml").read_text()
    assert 'split = "80/20"' in text and "split_seed = 3" in text
    assert run("show", str(tmp_path))[2] == f"{tmp_path.name}: split 80/20 with seed 3: train 16, dev 4\n"


def test_describe_overrides_with_default_values(run, tmp_path):
    (tmp_path / "train.csv").write_text("text,label\nx,1\ny,2\n")
    (tmp_path / "dev.csv").write_text("text,label\nx,1\n")
    (tmp_path / "dataset.toml").write_text('trees = "right"\n')
    assert run("describe", str(tmp_path), "--trees", "chart", "--overwrite")[0] == 0
    assert "right" not in (tmp_path / "dataset.toml").read_text()


def test_overlap_skips_malformed_rows(run, tmp_path):
    (tmp_path / "train.csv").write_text("text,label\nso good,x\nso bad,y\n")
    (tmp_path / "dev.csv").write_text("text,label\nso good,x\nso bad,z\n")
    assert run("overlap", str(tmp_path))[0] == 2
    code, out, err = run("overlap", str(tmp_path), "--skip-bad")
    assert (code, out) == (0, "dev 1: train 1\ndev: 1 of 1 sentences occur in train\n")
    assert "label 'z' does not occur in train" in err


@pytest.mark.parametrize("name", ["reviews", "sick"])
def test_hidden_folders_are_reported(run, home, tmp_path, monkeypatch, name):
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert f"for the folder or file here, pass ./{name}\n" in run("show", name)[2]
    (tmp_path / name).rmdir()
    assert "./" not in run("show", name)[2]


def test_data_commands_import_lazily():
    program = """
import sys, treenn.commands.data
print(*sorted({"torch", "treebanks.by_name", "platformdirs", "urllib.request", "rich.progress"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
