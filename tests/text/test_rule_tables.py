"""The rule tables are valid in Python and JavaScript."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import treenn.text
from treenn.text.rule_tables import load_rules

TABLE = Path(treenn.text.__file__).with_name("rules.json")
TEXT = "It isn't 👍🏽 e.g. at www.foo.com, U.S. cat's café ... a/b 🏴\U000e0067\U000e0062\U000e007f :) 🇩🇪 f**k R&B"
TEXT += " It isn' t, was 'nt, don\"t, couldn;t, WASN ' T, did nt; he won' tax dogs' tails"
TEXT += " By DON T SMITH, I DON T; his usual wont, cat's wont to, wont you; a!=b =) !=) !=="

SCRIPT = """
const table = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
const expand = pattern => pattern.replace(/\\{([a-z_]{2,})\\}/g, (_, name) => table.macros[name]);
const tokens = new RegExp(table.tokens.map(rule => "(" + expand(rule.pattern) + ")").join("|"), "gu");
const others = ["removed", "spaces", "paragraph", "block_tag", "inline_tag", "entity"].map(name => table[name]);
for (const pattern of [...others, ...table.clitics]) new RegExp(pattern, "u");
console.log(JSON.stringify([...process.argv[2].matchAll(tokens)].map(match => match[0])));
"""


def test_javascript_finds_the_same_tokens() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    done = subprocess.run(
        [node, "-e", SCRIPT, str(TABLE), TEXT], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(done.stdout) == [match[0] for match in load_rules().tokens.finditer(TEXT)]


def test_word_lists_are_lower_case_and_distinct() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    lists = [*table["abbreviations"].values(), table["starters"], table["never_final"], table["dropped_endings"]]
    for words in lists:
        assert words == [word.lower() for word in words]
        assert len(words) == len(set(words))
    assert len({word for words in table["abbreviations"].values() for word in words}) == sum(
        map(len, table["abbreviations"].values())
    )
