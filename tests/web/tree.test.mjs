// The part of tree.mjs without a document, run by `node --test`.

import assert from "node:assert/strict";
import test from "node:test";

import * as tree from "../../treenn/web/tree.mjs";

const FIVE = { name: "sentiment", classes: ["very negative", "negative", "neutral", "positive", "very positive"] };
const TEXT = "(3 (2 Nobody) (3 (2 says) (1 (2 this) (1 (2 is) (1 bad)))))";

const build = (text) => tree.checkTree(tree.parseBrackets(text)).at(-1);
const shape = (root) => tree.formatBrackets(root);
const find = (root, words) => tree.postOrder(root).find((node) => tree.wordsOf(node).join(" ") === words);
const chain = (n) => ({
  words: Array.from({ length: n }, (_, i) => `w${i}`),
  merges: Array.from({ length: n - 1 }, (_, k) => [k ? n + k - 1 : 0, k + 1]),
});

const answer = (nodes) => ({
  models: [{ nodes, labels: nodes.map(() => 2), probabilities: nodes.map(() => [0, 0, 1, 0, 0]) }],
});

async function session(text = TEXT, recompute = async (_, nodes) => answer(nodes)) {
  const asked = [];
  const made = new tree.TreeSession({
    scales: [FIVE],
    recompute: (given, nodes) => (asked.push(nodes), recompute(given, nodes)),
  });
  await made.load(tree.parseBrackets(text));
  return { made, asked };
}

test("brackets are read back as they are written", () => {
  for (const word of ["film", "(", ")", "-LRB-", "a/b", "*", "\\", "well-known", "-", "<b>&\"'", "日本", "X", "C:\\"]) {
    const root = build(tree.formatBrackets(tree.branch(tree.leaf(word), tree.leaf("x"))));
    assert.deepEqual(tree.wordsOf(root), [word, "x"]);
  }
  assert.deepEqual(tree.parseBrackets(TEXT).labels, [2, 2, 2, 2, 1, 1, 1, 3, 3]);
  assert.deepEqual(tree.parseBrackets("(X (\\X a) (N b))").labels, ["X", "N", null]);
});

test("malformed brackets are refused", () => {
  for (const text of [
    "",
    "a",
    "(",
    ")",
    "()",
    "(1 a",
    "(1 a))",
    "(1 a) (1 b)",
    "(1 (1 a))",
    "(1 (1 a) (1 b) (1 c))",
    "(1 a (1 b))",
    "(1 (1 a) b)",
    "(".repeat(9999),
  ]) {
    assert.throws(() => tree.parseBrackets(text), tree.TreeError, text.slice(0, 20));
  }
});

test("trees from strangers are validated", () => {
  const words = ["a", "b", "c"];
  const bad = [
    null,
    1,
    [],
    {},
    { words },
    { words, merges: [[0, 1]] },
    {
      words,
      merges: [
        [0, 1],
        [0, 2],
      ],
    },
    {
      words,
      merges: [
        [1, 0],
        [3, 2],
      ],
    },
    {
      words,
      merges: [
        [0, 2],
        [3, 1],
      ],
    },
    {
      words,
      merges: [
        [0, 0],
        [3, 2],
      ],
    },
    {
      words,
      merges: [
        [0, 4],
        [3, 2],
      ],
    },
    {
      words,
      merges: [
        [0, 1.5],
        [3, 2],
      ],
    },
    {
      words,
      merges: [
        ["0", 1],
        [3, 2],
      ],
    },
    {
      words,
      merges: [
        [0, 1, 2],
        [3, 2],
      ],
    },
    {
      words: ["a", "", "c"],
      merges: [
        [0, 1],
        [3, 2],
      ],
    },
    {
      words: ["a", "b c", "d"],
      merges: [
        [0, 1],
        [3, 2],
      ],
    },
    {
      words: ["a", 7, "d"],
      merges: [
        [0, 1],
        [3, 2],
      ],
    },
    { words: ["a".repeat(999)], merges: [] },
    { words: [], merges: [] },
    chain(tree.LIMITS.words + 1),
  ];
  for (const value of bad) assert.throws(() => tree.checkTree(value), tree.TreeError);
  const long = { words: ["a", "b".repeat(999)], merges: [[0, 1]] };
  assert.throws(() => tree.checkTree(long), { message: "word 2: has 999 letters; must have at most 200" });
  assert.equal(
    tree.checkTree({
      words,
      merges: [
        [0, 1],
        [3, 2],
      ],
    }).length,
    5,
  );
});

test("states from strangers are validated", () => {
  const { words, merges } = tree.parseBrackets("(2 (2 a) (2 b))");
  const load = (more) => new tree.TreeSession({ scales: [FIVE] }).load({ words, merges, ...more });
  const rows = [
    [0, 0, 1, 0, 0],
    [0, 0, 1, 0, 0],
    [0, 0, 1, 0, 0],
  ];
  load({ labels: [2, 2, 2], probabilities: rows });
  for (const more of [
    { labels: [2, 2] },
    { labels: [2, 2, {}] },
    { labels: [2, 2, NaN] },
    { labels: [2, 2, 2], probabilities: [[1], [1], [1]] },
    { labels: [2, 2, 2], probabilities: [...rows.slice(1), [0, 0, 7, 0, 0]] },
    { labels: [2, 2, 2], probabilities: [...rows.slice(1), "abcde"] },
  ])
    assert.throws(() => load(more), tree.TreeError);
  assert.throws(() => tree.checkScale({ colours: ["url(x)"] }), tree.TreeError);
});

test("a link holds the tree and nothing else", () => {
  const root = build("(2 (2 50%) (2 (2 a+b) (2 #)))");
  const back = tree.fromHash(tree.toHash(root));
  assert.deepEqual(back.words, ["50%", "a+b", "#"]);
  assert.deepEqual(Object.keys(back).sort(), ["merges", "words"]);
  assert.equal(tree.fromHash("#other"), null);
  assert.deepEqual(tree.fromHash(tree.toHash(tree.leaf("\ud83da\u{1f600}"))).words, ["\ufffda\u{1f600}"]);
  for (const hash of ["#tree=", "#tree=%", "#tree=(X+a", "#tree=" + "(".repeat(500_000), "#tree=(X+<script>)(X+b)"]) {
    assert.throws(() => tree.fromHash(hash), tree.TreeError);
  }
});

test("a rotation changes its path only and keeps the words", () => {
  const root = build(TEXT),
    node = find(root, "says this is bad");
  const before = new Set(tree.postOrder(root)),
    { root: after } = tree.rotateLeft(root, node);
  assert.equal(shape(after), shape(build("(X (X Nobody) (X (X (X says) (X this)) (X (X is) (X bad))))")));
  const changed = tree.postOrder(after).filter((each) => !before.has(each));
  assert.deepEqual(
    changed.map((each) => tree.wordsOf(each).join(" ")),
    ["says this", "says this is bad", "Nobody says this is bad"],
  );
  assert.equal(shape(tree.rotateRight(after, find(after, "says this is bad")).root), shape(root));
  assert.throws(() => tree.rotateRight(root, node), tree.TreeError);
  assert.throws(() => tree.rotateLeft(root, find(root, "bad")), tree.TreeError);
});

test("words are replaced, inserted and deleted", () => {
  const root = build(TEXT),
    words = (edit) => tree.wordsOf(edit.root).join(" ");
  assert.equal(words(tree.replaceWord(root, find(root, "bad"), "very good")), "Nobody says this is very good");
  assert.equal(words(tree.insertWord(root, find(root, "this is bad"), "not")), "Nobody says this is bad not");
  assert.equal(
    words(tree.insertWord(root, find(root, "this is bad"), "not so", true)),
    "Nobody says not so this is bad",
  );
  assert.equal(words(tree.remove(root, find(root, "says"))), "Nobody this is bad");
  assert.equal(words(tree.remove(root, find(root, "is bad"))), "Nobody says this");
  for (const edit of [
    () => tree.remove(root, root),
    () => tree.replaceWord(root, root, "x"),
    () => tree.replaceWord(root, find(root, "bad"), "  "),
    () => tree.insertWord(root, root, "x".repeat(300)),
    () => tree.insertWord(root, root, "x ".repeat(6000)),
  ])
    assert.throws(edit, tree.TreeError);
});

test("another structure keeps equal subtrees", () => {
  const root = build(TEXT),
    other = tree.parseBrackets("(X (X (X Nobody) (X says)) (X (X this) (X (X is) (X bad))))");
  const { root: after } = tree.reshape(root, other.merges);
  assert.equal(find(after, "this is bad"), find(root, "this is bad"));
  assert.notEqual(after, root);
  assert.throws(() => tree.reshape(root, [[0, 1]]), tree.TreeError);
});

test("only the changed path is requested", async () => {
  const { made, asked } = await session();
  assert.deepEqual(asked, []);
  await made.apply(tree.rotateLeft, find(made.root, "says this is bad"));
  assert.equal(asked.length, 1);
  const { nodes } = tree.toFlat(made.root);
  assert.deepEqual(
    asked[0].map((number) => tree.wordsOf(nodes[number]).join(" ")),
    ["says this", "says this is bad", "Nobody says this is bad"],
  );
  assert.deepEqual(
    [...made.current.changed],
    asked[0].map((number) => nodes[number]),
  );
  await made.apply(tree.replaceWord, find(made.root, "bad"), "good");
  assert.equal(asked[1].length, 4);
  assert.equal(made.recomputed, 7);
});

test("undo restores states without a request", async () => {
  const { made, asked } = await session(),
    first = made.root;
  await made.apply(tree.rotateLeft, find(made.root, "says this is bad"));
  const second = made.root;
  made.undo();
  assert.equal(made.root, first);
  assert.equal(made.state(first).label, 3);
  made.redo();
  assert.equal(made.root, second);
  assert.equal(made.state(second).label, 2);
  assert.equal(asked.length, 1);
  made.undo();
  await made.apply(tree.remove, find(made.root, "bad"));
  assert.equal(made.canRedo, false);
});

test("an error of the host is kept and repaired", async () => {
  let fails = true;
  const { made, asked } = await session(TEXT, async (_, nodes) => {
    if (fails) throw new Error("no \u202e server");
    return answer(nodes);
  });
  await made.apply(tree.remove, find(made.root, "bad"));
  assert.equal(made.current.error, "no \\u{202e} server");
  assert.equal(made.state(made.root), null);
  fails = false;
  await made.retry();
  assert.equal(made.current.error, "");
  assert.equal(made.state(made.root).label, 2);
  assert.deepEqual(asked[0], asked[1]);
});

test("an answer that does not fit is refused", async () => {
  for (const bad of [
    {},
    { models: [{ nodes: [0], labels: [1, 2] }] },
    { models: [{ nodes: [99], labels: [1], probabilities: [[1, 0, 0, 0, 0]] }] },
  ]) {
    const { made } = await session(TEXT, async () => bad);
    await made.apply(tree.remove, find(made.root, "bad"));
    assert.notEqual(made.current.error, "");
  }
});

test("a late answer belongs to its own version", async () => {
  const waiting = [];
  const { made } = await session(
    TEXT,
    (_, nodes) => new Promise((resolve) => waiting.push(() => resolve(answer(nodes)))),
  );
  const one = made.apply(tree.rotateLeft, find(made.root, "says this is bad")),
    old = made.root;
  const two = made.apply(tree.remove, find(made.root, "bad"));
  waiting[1]();
  await two;
  assert.equal(made.state(made.root).label, 2);
  waiting[0]();
  await one;
  made.undo();
  assert.equal(made.root, old);
  assert.equal(made.state(old).label, 2);
});

test("a host may return states of more nodes", async () => {
  const { made } = await session(TEXT, async ({ words }) =>
    answer(Array.from({ length: 2 * words.length - 1 }, (_, i) => i)),
  );
  const word = find(made.root, "Nobody");
  await made.apply(tree.remove, find(made.root, "bad"));
  assert.equal(made.state(word).probabilities.length, 5);
  made.undo();
  assert.deepEqual(made.state(word).probabilities, []);
});

for (const rows of [false, true]) {
  test(`boxes do not overlap, words are in order, ${rows ? "rows" : "words at the bottom"}`, () => {
    const root = build(TEXT),
      drawn = tree.layout(root, { rows, width: 600, glyph: () => "−" }),
      { places } = drawn;
    for (const [i, a] of places.entries())
      for (const b of places.slice(i + 1)) {
        assert.ok(
          Math.abs(a.x - b.x) >= (a.w + b.w) / 2 || Math.abs(a.y - b.y) >= (a.h + b.h) / 2,
          `${a.text} ${b.text}`,
        );
      }
    const ends = places.filter((place) => place.end).map((place) => (rows ? place.y : place.x));
    assert.deepEqual(
      ends,
      [...ends].sort((a, b) => a - b),
    );
    assert.deepEqual(places.map((place) => place.level).slice(0, 4), [1, 2, 2, 3]);
    for (const place of places) {
      assert.ok(place.x - place.w / 2 >= 0 && place.x + place.w / 2 <= drawn.width);
      assert.ok(place.y - place.h / 2 >= 0 && place.y + place.h / 2 <= drawn.height);
    }
    const mirrored = tree.layout(root, { rows, width: 600, rtl: true, glyph: () => "−" }).places;
    assert.deepEqual(
      mirrored.map((place) => Math.round(drawn.width - place.x)),
      places.map((place) => Math.round(place.x)),
    );
  });
}

test("3000 levels need no recursion", async () => {
  const nodes = tree.checkTree(chain(3001)),
    root = nodes.at(-1);
  for (const rows of [false, true]) assert.equal(tree.layout(root, { rows, width: 400 }).places.length, 6001);
  const made = new tree.TreeSession({ scales: [FIVE], recompute: async (_, numbers) => answer(numbers) });
  await made.load(chain(3001));
  await made.apply(tree.replaceWord, nodeOf(made.root, 0), "other");
  assert.equal(made.current.changed.size, 3001);
  assert.equal(tree.fromHash(tree.toHash(made.root)).words.length, 3001);
  assert.match(tree.toSVG(made), /Tree over 3001 words/);
  const folded = tree.foldsFor(made.root),
    visible = tree.postOrder(made.root, (node) => folded.has(node.id));
  assert.ok(visible.length < 140);
});

const nodeOf = (root, index) => tree.postOrder(root).filter((node) => !node.left)[index];

test("a picture is XML without markup of words and names", () => {
  const made = new tree.TreeSession({ scales: [{ classes: ["<i>", "\"b\" & 'c'"] }] });
  made.load({
    words: ["<script>alert(1)</script>", "]]>", "\u202eevil"],
    merges: [
      [0, 1],
      [3, 2],
    ],
    labels: [0, 1, 0, 1, 0],
  });
  const svg = tree.toSVG(made);
  assert.doesNotMatch(svg, /<script|<i>|\u202e/);
  assert.match(svg, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.match(svg, /<title>&quot;b&quot; &amp; &#39;c&#39;<\/title>/);
  assert.match(svg, /\\u\{202e\}evil/);
});

test("invisible characters are shown, joiners within words and emoji are kept", () => {
  assert.equal(tree.visible("a\u0000b\u200bc\u00a0d"), "a\\x00b\\u{200b}c\\xa0d");
  assert.equal(tree.visible("می‌خواهم 👩‍🚀"), "می‌خواهم 👩‍🚀");
});

test("the direction is that of the first letter", () => {
  assert.equal(tree.isRightToLeft(["«", "سلام", "a"]), true);
  assert.equal(tree.isRightToLeft(["1", "a", "שלום"]), false);
  assert.equal(tree.isRightToLeft(["!"]), false);
});

test("labels have signs, names or numbers", () => {
  const glyphs = (classes, kind) => classes.map((_, label) => tree.glyphOf(label, tree.checkScale({ classes, kind })));
  assert.deepEqual(glyphs(FIVE.classes), ["−−", "−", "○", "+", "++"]);
  assert.deepEqual(glyphs(["very negative", "very positive"]), ["−", "+"]);
  assert.deepEqual(glyphs(["bad", "good"]), ["bad", "good"]);
  assert.deepEqual(glyphs(["entailment", "neutral"], "nominal"), ["entailm…", "neutral"]);
  assert.equal(tree.glyphOf(3.14159, tree.checkScale({ kind: "score", range: [1, 5] })), "3.14");
});

test("two models diverge where their classes part", () => {
  const states = (...labels) =>
    labels.map((label) => ({ label, probabilities: [0, 1, 2].map((c) => Number(c === label)) }));
  assert.deepEqual(tree.divergence(states(1, 1, 2), states(1, 1, 2)), { kind: "equal", word: null });
  assert.deepEqual(tree.divergence(states(1, 0, 1, 2, 2), states(1, 1, 1, 0, 1)), { kind: "apart", word: 3 });
  assert.deepEqual(tree.divergence(states(0, 0), states(1, 1)), { kind: "apart", word: 0 });
  assert.deepEqual(tree.divergence(states(1, 0, 1), states(1, 1, 1)), { kind: "meet", word: 1 });
});

test("models are compared by their classes only", async () => {
  const made = new tree.TreeSession({ scales: [FIVE, { ...FIVE, name: "b" }, { classes: ["x", "y"] }] });
  const rows = (labels) => ({ labels, probabilities: null });
  made.load({ words: ["a", "b"], merges: [[0, 1]], models: [rows([2, 2, 3]), rows([2, 2, 1]), rows([0, 0, 0])] });
  assert.deepEqual(
    tree.postOrder(made.root).map((node) => made.differs(node, 0)),
    [false, false, true],
  );
  assert.equal(made.differs(made.root, 2), false);
});

test("a prediction in JSON becomes a tree", () => {
  const sentence = { text: "not bad", tree: "(3 (2 not) (1 bad))", label: 3, probabilities: [0, 0, 0.2, 0.8, 0] };
  const made = new tree.TreeSession({ scales: [FIVE] });
  made.load(tree.treeOfPrediction(sentence));
  assert.deepEqual(made.state(made.root), { label: 3, probabilities: sentence.probabilities });
  assert.match(tree.describe(made, made.root), /“not bad”, positive 80/);
});
