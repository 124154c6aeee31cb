/**
 * Trees as SVG in any page: one module without dependencies; `tree.css` next to it has the styles.
 *
 *   import { TreeSession, TreeView, CurveView, treeOfPrediction } from "./tree.mjs";
 *
 * A **tree** is the JSON of `treenn.trees.Tree`: `{words, merges}`, in which node i < n is word i, and node n + k is
 * `merges[k]`, a pair of earlier nodes. Optional keys: `models`, for each model `{labels, probabilities, unknown}`,
 * with one label and one list of probabilities per node, and the indices of unknown words; `confidence`, the
 * probability of each bracket, or null. `labels` and `probabilities` at the top level are those of a single model.
 *
 * A **scale** describes the labels of a model: `{name, kind, classes, range, colours}`. `kind` is "ordinal" (default),
 * "nominal" or "score"; `classes` are the names, lowest first; `range` is the lowest and the highest score;
 * `colours` overrides the palette of `treenn/trees/palette.py`, `glyphs` the texts of the classes at nodes.
 *
 * A **host** is a page, a static page or a notebook. It passes callbacks, and needs no server:
 *
 *   const session = new TreeSession({
 *     scales: [scale, ...],                   // one per model
 *     recompute: async (tree, nodes) => ...,  // states of `nodes`, indices into the tree {words, merges}:
 *   });                                       //   {models: [{nodes, labels, probabilities}], confidence}
 *   session.load(tree);                       // validates the tree, and throws TreeError
 *   const view = new TreeView(element, session, {model: 0, editable: true, toolbar: true, orientation: "auto"});
 *   const curve = new CurveView(element, {scales, words, curves: [{name, labels, probabilities}]});
 *
 * `recompute` is called with the changed path only. It may return more nodes, for networks whose states depend on the
 * whole sentence. Without it, changed nodes have no state. Listeners (`session.subscribe(listener)`) are called after
 * every change. `view.svg()` is a standalone picture, `view.destroy()` removes the view. All texts are inserted as
 * text nodes. Nothing here depends on an inline style or script, so a strict Content-Security-Policy suffices.
 *
 * The functions before the section "Views" use no document; Node.js runs them in tests.
 * The file has the format of Prettier, 120 columns wide.
 */

// ---------------------------------------------------------------------------------------------------- limits, errors

/** Limits for trees from links, files and hosts. */
export const LIMITS = { words: 5000, letters: 200, text: 400_000 };

/** An error in a tree or an edit, whose message is for the user. */
export class TreeError extends Error {}

// ------------------------------------------------------------------------------------------------------------ palette

const ORDINAL = [
  [179, 88, 6],
  [247, 178, 103],
  [232, 232, 232],
  [132, 178, 222],
  [31, 95, 168],
];
const SEQUENCE = [
  [247, 244, 225],
  [190, 217, 193],
  [111, 178, 190],
  [52, 121, 165],
  [31, 55, 110],
];
const CATEGORIES = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#f0e442",
  "#dddddd",
  "#882255",
  "#332288",
];
const PLAIN = "#f7f7f2";

/** The colours of classes, equal to those of `treenn.trees.palette.palette`. */
export function palette(classes = 5, kind = "ordinal") {
  if (kind === "nominal") return Array.from({ length: classes }, (_, i) => CATEGORIES[i % CATEGORIES.length]);
  const anchors = kind === "ordinal" ? ORDINAL : SEQUENCE;
  return Array.from({ length: classes }, (_, i) => colourAt(classes > 1 ? i / (classes - 1) : 0.5, anchors));
}

function colourAt(position, anchors) {
  const below = Math.min(Math.floor(position * (anchors.length - 1)), anchors.length - 2);
  const fraction = position * (anchors.length - 1) - below;
  const mixed = anchors[below].map((a, i) => halfEven(a + (anchors[below + 1][i] - a) * fraction));
  return "#" + mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("");
}

function halfEven(value) {
  const floor = Math.floor(value),
    rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Black or white, whichever has a WCAG contrast of at least 4.5 on this background colour. */
export function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}

// -------------------------------------------------------------------------------------------------------------- texts

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|(?! )\p{Zs}/gu;
const JOINS = /[\p{L}\p{M}\p{Extended_Pictographic}\u{fe0f}\u{1f3fb}-\u{1f3ff}]/u;

/** Escape control and invisible characters, such as direction overrides; joiners within words and emoji are kept. */
export function visible(text) {
  return text.replace(INVISIBLE, (letter, at) => {
    const code = letter.codePointAt(0);
    const before = [...text.slice(Math.max(0, at - 2), at)].pop() ?? "",
      after = [...text.slice(at + 1, at + 3)][0] ?? "";
    if ((code === 0x200c || code === 0x200d) && JOINS.test(before) && JOINS.test(after)) return letter;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** Escape a text for XML and HTML. */
export function escapeXML(text) {
  const codes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return visible(String(text)).replace(/[&<>"']/g, (letter) => codes[letter]);
}

/** Shorten a text to a number of characters; an ellipsis replaces the end. */
export function cropped(text, longest) {
  const letters = [...text];
  return letters.length <= longest
    ? text
    : `${letters
        .slice(0, longest - 1)
        .join("")
        .trimEnd()}…`;
}

/** Whether the first letter with a direction is of a script that is written from right to left. */
export function isRightToLeft(words) {
  const rtl = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
  for (const word of words) for (const letter of word) if (/\p{L}/u.test(letter)) return rtl.test(letter);
  return false;
}

export const percent = (p) => `${Math.round(100 * p)}\u00a0%`;

// ------------------------------------------------------------------------------------------------------------- scales

/** Validate a scale and add its colours. */
export function checkScale(scale) {
  const { kind = "ordinal", classes = [], name = "", range = null } = scale;
  if (!["ordinal", "nominal", "score"].includes(kind))
    throw new TreeError(`kind ${kind}: must be ordinal, nominal or score`);
  const names = classes.map((each) => visible(String(each)));
  const colours = scale.colours ?? palette(kind === "score" ? 5 : Math.max(names.length, 1), kind);
  if (!colours.every((colour) => /^#[0-9a-f]{6}$/.test(colour))) throw new TreeError("colours must be like #0072b2");
  const glyphs = scale.glyphs?.map((each) => cropped(visible(String(each)), 8)) ?? null;
  return { ...scale, kind, name: visible(name), glyphs, classes: names, range: range ?? [0, 1], colours };
}

/** Whether two models have the same classes, so that their labels can be compared. */
export function sameClasses(a, b) {
  return a.kind === b.kind && a.kind !== "score" && a.classes.join("\n") === b.classes.join("\n");
}

const isClass = (label, scale) =>
  Number.isInteger(label) && scale.kind !== "score" && label >= 0 && label < scale.classes.length;

/** The colour of a label; neutral if it is no class or score. */
export function colourOf(label, scale) {
  if (scale.kind === "score" && typeof label === "number") {
    const [low, high] = scale.range;
    return colourAt(Math.min(Math.max(high > low ? (label - low) / (high - low) : 0.5, 0), 1), SEQUENCE);
  }
  return isClass(label, scale) ? scale.colours[label] : PLAIN;
}

/** The name of a label in full. */
export function nameOf(label, scale) {
  if (label === null || label === undefined) return "no label";
  return isClass(label, scale)
    ? scale.classes[label]
    : visible(typeof label === "number" ? String(Number(label.toPrecision(3))) : label);
}

/**
 * The text of a label at a node: names of at most 8 letters, signs of an ordinal scale around its middle, numbers.
 *
 * Signs are −− to ++ with ○ in the middle, for at most 7 classes.
 */
export function glyphOf(label, scale) {
  if (label === null || label === undefined) return "";
  if (!isClass(label, scale)) return cropped(nameOf(label, scale), 8);
  if (scale.glyphs?.[label] !== undefined) return scale.glyphs[label];
  if (scale.kind === "nominal" || scale.classes.every((name) => [...name].length <= 8))
    return cropped(scale.classes[label], 8);
  const count = scale.classes.length,
    half = Math.floor(count / 2);
  if (count > 7) return String(label);
  const middle = count % 2 === 1 ? half : half - 0.5,
    side = Math.ceil(Math.abs(label - middle));
  return label === middle ? "○" : (label < middle ? "−" : "+").repeat(side);
}

/** The position of a state from 0 to 1: the expected class, the score, or the probability of a nominal class. */
export function positionOf(state, scale, reference = 0) {
  if (scale.kind === "score") {
    const [low, high] = scale.range;
    return high > low ? Math.min(Math.max((state.label - low) / (high - low), 0), 1) : 0.5;
  }
  if (scale.kind === "nominal") return state.probabilities[reference] ?? 0;
  const top = Math.max(state.probabilities.length - 1, 1);
  return state.probabilities.reduce((sum, p, index) => sum + (p * index) / top, 0);
}

// -------------------------------------------------------------------------------------------------------------- nodes

let lastId = 0;

/** A word. Nodes are immutable; the `id` is that of the node in earlier versions of the tree. */
export function leaf(word, id = ++lastId) {
  return Object.freeze({ id, word, left: null, right: null, size: 1 });
}

/** A bracket of two phrases. */
export function branch(left, right, id = ++lastId) {
  return Object.freeze({ id, word: null, left, right, size: left.size + right.size });
}

/** All nodes in post-order, without recursion. */
export function postOrder(root, isFolded = () => false) {
  const order = [],
    todo = [root];
  while (todo.length) {
    const node = todo.pop();
    order.push(node);
    if (node.left && !isFolded(node)) todo.push(node.left, node.right);
  }
  return order.reverse();
}

export const wordsOf = (node) =>
  postOrder(node)
    .filter((each) => !each.left)
    .map((each) => each.word);

/** The first words of a phrase, without a visit of the others. */
export function firstWords(node, count) {
  const words = [],
    todo = [node];
  while (todo.length && words.length < count) {
    const top = todo.pop();
    if (top.left) todo.push(top.right, top.left);
    else words.push(top.word);
  }
  return words;
}

/** The parent of every node. */
export function parentsOf(root) {
  const parents = new Map();
  for (const node of postOrder(root)) if (node.left) parents.set(node.left, node).set(node.right, node);
  return parents;
}

/** The first word and the word after the last one of every node. */
export function spansOf(root) {
  const spans = new Map();
  let next = 0;
  for (const node of postOrder(root)) {
    spans.set(node, node.left ? [spans.get(node.left)[0], spans.get(node.right)[1]] : [next, ++next]);
  }
  return spans;
}

/** A tree as `{words, merges}` with its nodes in the order of their numbers. */
export function toFlat(root) {
  const order = postOrder(root),
    words = order.filter((node) => !node.left),
    inner = order.filter((node) => node.left);
  const nodes = [...words, ...inner],
    numbers = new Map(nodes.map((node, number) => [node, number]));
  const merges = inner.map((node) => [numbers.get(node.left), numbers.get(node.right)]);
  return { words: words.map((node) => node.word), merges, nodes };
}

function checkWord(word, where) {
  if (typeof word !== "string" || word === "" || /[\s]/u.test(word)) {
    throw new TreeError(`${where}: must be a word of at least one letter, without spaces`);
  }
  if (word.length > LIMITS.letters)
    throw new TreeError(`${where}: has ${word.length} letters; must have at most ${LIMITS.letters}`);
  return word;
}

/** Build the nodes of `{words, merges}`, in the order of their numbers; throws TreeError if it is no binary tree. */
export function checkTree(tree) {
  if (tree === null || typeof tree !== "object" || !Array.isArray(tree.words) || !Array.isArray(tree.merges)) {
    throw new TreeError("a tree must have the lists words and merges");
  }
  const { words, merges } = tree,
    n = words.length;
  if (n < 1 || n > LIMITS.words) throw new TreeError(`the tree has ${n} words; must have 1 to ${LIMITS.words}`);
  if (merges.length !== n - 1)
    throw new TreeError(`a binary tree over ${n} words has ${n - 1} merges, not ${merges.length}`);
  const nodes = words.map((word, index) => leaf(checkWord(word, `word ${index + 1}`)));
  const spans = words.map((_, index) => [index, index + 1]),
    used = new Set();
  merges.forEach((pair, k) => {
    const valid =
      Array.isArray(pair) && pair.length === 2 && pair.every((i) => Number.isInteger(i) && i >= 0 && i < n + k);
    if (!valid || pair[0] === pair[1] || pair.some((i) => used.has(i)) || spans[pair[0]][1] !== spans[pair[1]][0]) {
      throw new TreeError(`merge ${k}: must be two earlier nodes without a parent, next to each other`);
    }
    pair.forEach((i) => used.add(i));
    nodes.push(branch(nodes[pair[0]], nodes[pair[1]]));
    spans.push([spans[pair[0]][0], spans[pair[1]][1]]);
  });
  return nodes;
}

function checkLabel(label) {
  const fits = label === null || typeof label === "string" || (typeof label === "number" && Number.isFinite(label));
  if (!fits) throw new TreeError("labels must be numbers, texts or null");
  return typeof label === "string" ? cropped(label, 40) : label;
}

function checkShares(shares, scale) {
  if (shares === null || shares === undefined || scale.kind === "score") return [];
  const fits =
    Array.isArray(shares) && shares.length === scale.classes.length && shares.every((p) => p >= 0 && p <= 1.001);
  if (!fits) throw new TreeError(`probabilities must be ${scale.classes.length} numbers from 0 to 1`);
  return shares;
}

/** The states of a model's answer: a list of `{label, probabilities}`. */
export function checkStates(answer, scale, count) {
  const { labels, probabilities = [] } = answer ?? {};
  if (!Array.isArray(labels) || labels.length !== count) throw new TreeError(`labels must be a list of ${count}`);
  return labels.map((label, i) => ({
    label: checkLabel(label),
    probabilities: checkShares(probabilities?.[i], scale),
  }));
}

// ----------------------------------------------------------------------------------------------------------- brackets

const ESCAPES = {
  "-LRB-": "(",
  "-RRB-": ")",
  "-LSB-": "[",
  "-RSB-": "]",
  "-LCB-": "{",
  "-RCB-": "}",
  "-HYPH-": "-",
  "-BSOL-": "\\",
  "\\/": "/",
  "\\*": "*",
};
const UNESCAPES = Object.fromEntries(Object.entries(ESCAPES).map(([escape, letter]) => [letter, escape]));
const unescapeWord = (word) => word.replace(/-(?:[LR][RSC]B|HYPH|BSOL)-|\\[/*]/g, (escape) => ESCAPES[escape]);

function escapeWord(word) {
  const plain = word.replace(/[()[\]{}/*]|\\$/g, (letter) => UNESCAPES[letter]);
  return unescapeWord(plain) === word ? plain : word.replace(/[()[\]{}/*\\-]/g, (letter) => UNESCAPES[letter]);
}

/** Read a binary tree in brackets, as `(3 (2 not) (1 bad))`: `{words, merges, labels}`; throws TreeError. */
export function parseBrackets(text) {
  if (typeof text !== "string" || text.length > LIMITS.text)
    throw new TreeError(`the text must have at most ${LIMITS.text} letters`);
  const tokens = text.match(/[()]|[^()\s]+/g) ?? [],
    open = [],
    leaves = [],
    inner = [];
  let done = null;
  tokens.forEach((token, at) => {
    if (done) throw new TreeError("there must be one tree");
    if (token === "(") open.push({ label: null, word: null, parts: [], bare: tokens[at + 1] === "(" });
    else if (token === ")") done = closeBracket(open, leaves, inner);
    else if (!open.length) throw new TreeError("a tree must begin with a bracket");
    else {
      const top = open.at(-1);
      if (top.label === null && !top.parts.length && !top.bare) top.label = token;
      else if (top.word === null && !top.parts.length) top.word = unescapeWord(token);
      else throw new TreeError(`“${cropped(visible(token), 30)}” is not in a bracket of its own`);
    }
  });
  if (!done) throw new TreeError("a bracket is not closed");
  const n = leaves.length;
  leaves.forEach((item, number) => (item.number = number));
  inner.forEach((item, k) => (item.number = n + k));
  const labels = [...leaves, ...inner].map((item) => labelOfText(item.label));
  return {
    words: leaves.map((item) => item.word),
    merges: inner.map((item) => item.parts.map((part) => part.number)),
    labels,
  };
}

function closeBracket(open, leaves, inner) {
  const item = open.pop();
  if (!item) throw new TreeError("a bracket is closed that is not open");
  if (item.parts.length === 0) {
    if (item.word === null) throw new TreeError("a bracket has no word");
    leaves.push(item);
  } else if (item.parts.length === 2) inner.push(item);
  else
    throw new TreeError(
      `a bracket has ${item.parts.length} part${item.parts.length > 1 ? "s" : ""}; must have two, or one word`,
    );
  if (!open.length) return item;
  open.at(-1).parts.push(item);
  return null;
}

function labelOfText(text) {
  if (text === null || text === "X") return null;
  return /^\d{1,4}$/.test(text)
    ? Number(text)
    : /^-?\d+\.\d+$/.test(text)
      ? Number(text)
      : text.replace(/^\\(?=\\*X$)/, "");
}

/** Format a tree in brackets; `labelOf(node)` is the label, null for none (default: none). */
export function formatBrackets(root, labelOf = () => null) {
  const parts = [],
    todo = [root];
  while (todo.length) {
    const item = todo.pop();
    if (typeof item === "string") {
      parts.push(item);
      continue;
    }
    const label = labelOf(item),
      text = label === null || label === undefined ? "X" : String(label).replace(/^(?=\\*X$)/, "\\");
    if (!item.left) parts.push(`(${text.replace(/[()\s]/g, "_")} ${escapeWord(item.word)})`);
    else {
      parts.push(`(${text.replace(/[()\s]/g, "_")} `);
      todo.push(")", item.right, " ", item.left);
    }
  }
  return parts.join("");
}

/** The part of an address after `#` for a tree. */
export const toHash = (root) =>
  `#tree=${encodeURIComponent(formatBrackets(root).replace(/\p{Surrogate}/gu, "\ufffd")).replace(/%20/g, "+")}`;

/** The tree of an address's hash; null if it has none, TreeError if it is malformed. */
export function fromHash(hash) {
  const match = /^#tree=(.*)$/s.exec(hash);
  if (!match) return null;
  if (match[1].length > LIMITS.text) throw new TreeError("the tree of this link is too long");
  let text;
  try {
    text = decodeURIComponent(match[1].replace(/\+/g, " "));
  } catch {
    throw new TreeError("the tree of this link is damaged");
  }
  const tree = parseBrackets(text);
  checkTree(tree);
  return { words: tree.words, merges: tree.merges };
}

/** The tree of a sentence in the JSON of `treenn predict --json`, or of `treenn parse --json`. */
export function treeOfPrediction(sentence) {
  if (Array.isArray(sentence.words) && Array.isArray(sentence.merges)) return sentence;
  const tree = parseBrackets(sentence.tree ?? "");
  const probabilities = tree.labels.map(() => null);
  if (sentence.probabilities?.length) probabilities[probabilities.length - 1] = sentence.probabilities;
  return { ...tree, probabilities };
}

// -------------------------------------------------------------------------------------------------------------- edits

function replaced(root, old, fresh) {
  const parents = parentsOf(root);
  let was = old,
    now = fresh;
  for (let above = parents.get(was); above; was = above, above = parents.get(above)) {
    now = above.left === was ? branch(now, above.right, above.id) : branch(above.left, now, above.id);
  }
  return now;
}

/** `(A (B C))` becomes `((A B) C)`. Edits return `{root, focus}`, and throw TreeError if they are impossible. */
export function rotateLeft(root, node) {
  if (!node.right?.left) throw new TreeError("the right part must be a phrase of two or more words");
  const { left, right } = node;
  return {
    root: replaced(root, node, branch(branch(left, right.left, right.id), right.right, node.id)),
    focus: node.id,
  };
}

/** `((A B) C)` becomes `(A (B C))`. */
export function rotateRight(root, node) {
  if (!node.left?.left) throw new TreeError("the left part must be a phrase of two or more words");
  const { left, right } = node;
  return { root: replaced(root, node, branch(left.left, branch(left.right, right, left.id), node.id)), focus: node.id };
}

/**
 * Move a phrase into a bracket with its neighbour on one side: `((A B) C)` becomes `(A (B C))` for B to the right.
 *
 * If the neighbour is in the same bracket, the phrase joins its nearest part: `(A (B C))` becomes `((A B) C)` for A.
 */
function moved(root, node, near, far, rotate, side) {
  const parents = parentsOf(root),
    parent = parents.get(node);
  if (!parent) throw new TreeError("the whole sentence has no neighbour");
  if (parent[near] !== node) {
    if (!parent[near].left) throw new TreeError(`the ${side} neighbour is one word in the same bracket`);
    return { root: rotate(root, parent).root, focus: node.id };
  }
  let top = parent,
    rest = parent[far];
  for (let above = parents.get(top); above && above[near] === top; top = above, above = parents.get(above)) {
    rest = near === "right" ? branch(above.left, rest, above.id) : branch(rest, above.right, above.id);
  }
  const above = parents.get(top);
  if (!above) throw new TreeError(`this phrase has no ${side} neighbour`);
  const pair = near === "right" ? branch(node, above.right, parent.id) : branch(above.left, node, parent.id);
  const fresh = near === "right" ? branch(rest, pair, above.id) : branch(pair, rest, above.id);
  return { root: replaced(root, above, fresh), focus: node.id };
}

export const moveRight = (root, node) => moved(root, node, "right", "left", rotateLeft, "right");
export const moveLeft = (root, node) => moved(root, node, "left", "right", rotateRight, "left");

const splitWords = (text) =>
  text
    .trim()
    .split(/\s+/u)
    .filter(Boolean)
    .map((word) => checkWord(word, "the word"));

/** Replace a word by one or several words. */
export function replaceWord(root, node, text) {
  if (node.left) throw new TreeError("only a word can be replaced");
  const [first, ...others] = splitWords(text);
  if (first === undefined) throw new TreeError("a word must have at least one letter");
  const fresh = others.reduce((all, word) => branch(all, leaf(word)), leaf(first, node.id));
  return checkSize({ root: replaced(root, node, fresh), focus: node.id });
}

/** Insert words after or before a phrase, in a bracket with it. */
export function insertWord(root, node, text, before = false) {
  const words = splitWords(text);
  if (!words.length) throw new TreeError("a word must have at least one letter");
  const leaves = words.map((word) => leaf(word));
  const added = leaves.reduce((all, each) => branch(all, each));
  return checkSize({
    root: replaced(root, node, before ? branch(added, node) : branch(node, added)),
    focus: leaves[0].id,
  });
}

/** Delete a word or a phrase. */
export function remove(root, node) {
  const parent = parentsOf(root).get(node);
  if (!parent) throw new TreeError("the whole sentence cannot be deleted");
  const rest = parent.left === node ? parent.right : parent.left;
  return { root: replaced(root, parent, rest), focus: rest.id };
}

function checkSize(edit) {
  if (edit.root.size > LIMITS.words) throw new TreeError(`a tree must have at most ${LIMITS.words} words`);
  return edit;
}

/** Give the words another structure; equal subtrees remain the same nodes. */
export function reshape(root, merges) {
  const nodes = postOrder(root).filter((node) => !node.left),
    spans = spansOf(root);
  checkTree({ words: nodes.map((node) => node.word), merges });
  const old = new Map([...spans].map(([node, span]) => [span.join(), node]));
  const ends = nodes.map((_, index) => [index, index + 1]);
  for (const [left, right] of merges) {
    const span = [ends[left][0], ends[right][1]],
      known = old.get(span.join());
    const same = known?.left === nodes[left] && known?.right === nodes[right];
    nodes.push(same ? known : branch(nodes[left], nodes[right], known?.id));
    ends.push(span);
  }
  return { root: nodes.at(-1), focus: nodes.at(-1).id };
}

// ------------------------------------------------------------------------------------------------------------ session

/** A tree, the states of its nodes by one or several models, and its history of edits; no document. */
export class TreeSession {
  constructor({ scales, recompute = null }) {
    this.scales = scales.map(checkScale);
    this.recompute = recompute;
    this.history = [];
    this.position = -1;
    this.listeners = new Set();
    this.recomputed = 0; // nodes whose states were requested since `load`
  }

  get current() {
    return this.history[this.position] ?? null;
  }

  get root() {
    return this.current?.root ?? null;
  }

  get canUndo() {
    return this.position > 0;
  }

  get canRedo() {
    return this.position < this.history.length - 1;
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(change) {
    for (const listener of [...this.listeners]) listener(change);
  }

  /** The state of a node by a model: `{label, probabilities}`; null while it is recomputed or if there is none. */
  state(node, model = 0) {
    return this.current.states.get(node)?.[model] ?? null;
  }

  confidence(node) {
    return this.current.confidence.get(node) ?? null;
  }

  isUnknown(node, model = 0) {
    return !node.left && (this.scales[model]?.unknown?.has(node.word) ?? false);
  }

  /** A remark on a node for its description and its card, for hosts whose sessions override this method. */
  remark() {
    return "";
  }

  /** Whether another model with the same classes has another label at a node. */
  differs(node, model = 0) {
    const own = this.state(node, model);
    return this.scales.some((scale, other) => {
      const label = this.state(node, other)?.label;
      return own && other !== model && sameClasses(scale, this.scales[model]) && (label ?? own.label) !== own.label;
    });
  }

  /** Start with another tree; the history is cleared. A tree without states is recomputed as a whole. */
  load(tree) {
    const nodes = checkTree(tree),
      given = tree.models ?? (tree.labels ? [tree] : []);
    const answers = given.map(
      (answer, model) => this.scales[model] && checkStates(answer, this.scales[model], nodes.length),
    );
    const states = new Map();
    nodes.forEach((node, number) => {
      if (answers.length)
        states.set(
          node,
          answers.map((answer) => answer?.[number] ?? null),
        );
    });
    const entry = {
      root: nodes.at(-1),
      states,
      confidence: this.#confidences(nodes, tree.confidence),
      changed: new Set(),
      focus: null,
    };
    given.forEach((answer, model) => this.#addUnknown(model, tree.words, answer.unknown));
    this.history = [{ ...entry, pending: false, error: "" }];
    this.position = this.recomputed = 0;
    this.emit({ kind: "load" });
    return states.size ? Promise.resolve() : this.#update(this.current);
  }

  /** Apply an edit of this module to the current tree, and recompute the changed path. */
  apply(edit, ...how) {
    const before = this.current,
      { root, focus } = edit(before.root, ...how);
    const states = new Map(),
      confidence = new Map(),
      changed = new Set();
    for (const node of postOrder(root)) {
      if (before.states.has(node)) states.set(node, before.states.get(node));
      else changed.add(node);
      if (before.confidence.has(node)) confidence.set(node, before.confidence.get(node));
    }
    this.history.splice(this.position + 1, Infinity, {
      root,
      states,
      confidence,
      changed,
      focus,
      pending: false,
      error: "",
    });
    if (this.history.length > 200) this.history.shift();
    this.position = this.history.length - 1;
    this.emit({ kind: "edit", focus });
    return this.#update(this.current);
  }

  undo() {
    if (this.canUndo) this.#go(-1);
  }

  redo() {
    if (this.canRedo) this.#go(1);
  }

  /** Request the states again, after an error. */
  retry() {
    return this.#update(this.current);
  }

  #go(step) {
    const focus = this.history[Math.max(this.position, this.position + step)].focus;
    this.position += step;
    this.emit({ kind: step < 0 ? "undo" : "redo", focus });
    if (this.current.states.size < 2 * this.root.size - 1 && !this.current.pending) this.#update(this.current);
  }

  #confidences(nodes, values) {
    const pairs =
      Array.isArray(values) && values.length === nodes.length ? nodes.map((node, i) => [node, values[i]]) : [];
    return new Map(pairs.filter(([, value]) => typeof value === "number" && value >= 0 && value <= 1.001));
  }

  #addUnknown(model, words, indices) {
    if (!this.scales[model]) return;
    this.scales[model].unknown ??= new Set();
    for (const index of indices ?? []) if (words[index] !== undefined) this.scales[model].unknown.add(words[index]);
  }

  async #update(entry) {
    if (!this.recompute) return;
    const { words, merges, nodes } = toFlat(entry.root);
    const numbers = nodes.map((_, number) => number).filter((number) => !entry.states.has(nodes[number]));
    if (!numbers.length) return;
    entry.pending = true;
    entry.error = "";
    this.recomputed += numbers.length;
    if (entry === this.current) this.emit({ kind: "pending" });
    try {
      this.#store(entry, nodes, await this.recompute({ words, merges }, numbers));
    } catch (error) {
      entry.error = visible(String(error?.message ?? error));
    }
    entry.pending = false;
    if (entry === this.current) this.emit({ kind: entry.error ? "error" : "states" });
  }

  #store(entry, nodes, answer) {
    const fresh = new Map();
    answer.models.forEach((each, model) => {
      const states = checkStates(each, this.scales[model], each.nodes.length);
      each.nodes.forEach((number, i) => {
        if (!nodes[number]) throw new TreeError(`node ${number} is not in the tree`);
        if (!fresh.has(nodes[number]))
          fresh.set(nodes[number], [...(entry.states.get(nodes[number]) ?? this.scales.map(() => null))]);
        fresh.get(nodes[number])[model] = states[i];
      });
      this.#addUnknown(
        model,
        nodes.filter((node) => !node.left).map((node) => node.word),
        each.unknown,
      );
    });
    for (const [node, states] of fresh) entry.states.set(node, states);
    if (answer.confidence) entry.confidence = this.#confidences(nodes, answer.confidence);
  }
}

// ------------------------------------------------------------------------------------------------------------- curves

/**
 * The words at which two models diverge, by their states after each prefix: `{kind, word}`.
 *
 * "apart": their classes differ from this word to the end. "meet": they agree at the end, and this is the word before
 * which their classes differ and their probabilities are furthest apart. "equal": their classes never differ.
 */
export function divergence(a, b) {
  const differ = a.map((state, k) => state.label !== b[k].label);
  if (differ.at(-1)) return { kind: "apart", word: differ.lastIndexOf(false) + 1 };
  const gaps = a.map((state, k) => (differ[k] ? distance(state.probabilities, b[k].probabilities) : -1));
  const word = gaps.indexOf(Math.max(...gaps));
  return gaps[word] < 0 ? { kind: "equal", word: null } : { kind: "meet", word };
}

/** The total variation distance of two distributions. */
export const distance = (p, q) => p.reduce((sum, value, i) => sum + Math.abs(value - q[i]) / 2, 0);

// ------------------------------------------------------------------------------------------------------------- layout

const WORD_FONT = 15,
  CHIP_FONT = 13,
  CHIP = 26,
  PILL = 30,
  LEVEL = 46,
  ROW = 34,
  GAP = 8,
  EDGE = 16;

/** The width of a text in pixels: measured by a canvas, or estimated without a document. */
export const measure = (() => {
  let context = null;
  const known = new Map();
  return (text, size = WORD_FONT, weight = 400) => {
    const key = `${size} ${weight} ${text}`;
    if (known.has(key)) return known.get(key);
    context ??= globalThis.document?.createElement("canvas").getContext?.("2d") ?? null;
    let width = 0;
    if (context) {
      context.font = `${weight} ${size}px system-ui, sans-serif`;
      width = context.measureText(text).width;
    } else
      for (const letter of text)
        width += (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(letter) ? 1 : 0.56) * size;
    if (known.size > 20_000) known.clear();
    known.set(key, width);
    return width;
  };
})();

const foldedText = (node) => cropped(visible(firstWords(node, 14).join(" ")), 26);

/**
 * Positions of the visible nodes, iteratively: `{places, width, height, rows}`.
 *
 * "down" has the words at the bottom, "rows" has a word per line, and the root at the side. `places` is in pre-order;
 * each place has the center `x`, `y`, the size `w`, `h`, `level`, and the places of its `children`.
 */
export function layout(
  root,
  { isFolded = () => false, rows = false, rtl = false, width = 0, glyph = () => "", compact = false } = {},
) {
  const order = postOrder(root, isFolded),
    places = new Map();
  let height = 0;
  for (const node of order) {
    const folded = Boolean(node.left) && isFolded(node),
      end = !node.left || folded;
    const text = node.left ? (folded ? foldedText(node) : glyph(node)) : visible(node.word);
    const below = end ? null : [places.get(node.left), places.get(node.right)];
    const rise = below ? 1 + Math.max(below[0].rise, below[1].rise) : 0;
    height = Math.max(height, rise);
    const shown = end ? cropped(text, 40) : text;
    const w = end
      ? Math.max(PILL, measure(shown) + 20 + (folded ? 16 : 0))
      : Math.max(CHIP, measure(shown, CHIP_FONT, 600) + 14);
    places.set(node, {
      node,
      end,
      folded,
      text: shown,
      children: below,
      rise,
      w,
      h: end ? PILL : CHIP,
      x: 0,
      y: 0,
      level: 1,
    });
  }
  const all = [...places.values()],
    size = rows ? placeRows(all, height, width, compact) : placeDown(all, height);
  if (rtl) for (const place of all) place.x = size.width - place.x;
  for (const place of [...all].reverse()) for (const child of place.children ?? []) child.level = place.level + 1;
  return { ...size, places: preOrder(places.get(root)), rows };
}

function preOrder(top) {
  const order = [],
    todo = [top];
  while (todo.length) {
    const place = todo.pop();
    order.push(place);
    if (place.children) todo.push(place.children[1], place.children[0]);
  }
  return order;
}

function placeDown(places, height) {
  const level = height > 30 ? Math.max(CHIP + 4, (LEVEL * 30) / height) : LEVEL;
  let x = EDGE;
  for (const place of places) {
    if (place.end) {
      place.x = x + place.w / 2;
      x += place.w + GAP;
    } else place.x = (place.children[0].x + place.children[1].x) / 2;
    place.y = EDGE + PILL / 2 + level * (height - place.rise);
  }
  return { width: x - GAP + EDGE, height: 2 * EDGE + PILL + level * height, dots: false };
}

function placeRows(places, height, width, compact) {
  const ends = places.filter((place) => place.end),
    widest = Math.max(...ends.map((place) => place.w));
  const space = Math.max((width || 760) - widest - 2 * EDGE - CHIP, 0);
  const level = Math.min(Math.max(space / Math.max(height, 1), compact ? 9 : 11), 40),
    dots = level < 24;
  let y = EDGE;
  for (const place of places) {
    if (place.end) {
      place.y = y + ROW / 2;
      place.x = EDGE + CHIP / 2 + level * height + place.w / 2 - (height ? 0 : CHIP / 2);
      y += ROW;
    } else {
      place.y = (place.children[0].y + place.children[1].y) / 2;
      place.x = EDGE + CHIP / 2 + level * (height - place.rise);
      if (dots) Object.assign(place, { w: 16, h: 16, text: "" });
    }
  }
  return { width: EDGE * 2 + level * height + widest + (height ? CHIP / 2 : 0), height: y + EDGE, dots };
}

/** The path of the edges from a bracket to its two parts, with rounded corners. */
export function edgePath(at, first, second, rows) {
  const [x, y] = at,
    round = (value) => Math.round(10 * value) / 10;
  const corner = ([cx, cy]) => {
    const dx = cx - x,
      dy = cy - y,
      r = Math.min(10, Math.abs(dx), Math.abs(dy));
    const sx = Math.sign(dx) * r,
      sy = Math.sign(dy) * r;
    return rows
      ? `M${round(x)} ${round(y)}V${round(cy - sy)}Q${round(x)} ${round(cy)} ${round(x + sx)} ${round(cy)}H${round(cx)}`
      : `M${round(x)} ${round(y)}H${round(cx - sx)}Q${round(cx)} ${round(y)} ${round(cx)} ${round(y + sy)}V${round(cy)}`;
  };
  return corner(first) + corner(second);
}

/** The dashes of a bracket by its probability: solid from 0.9, dashed from 0.5, dotted below. */
export const dashOf = (confidence) =>
  confidence === null || confidence >= 0.9 ? "" : confidence >= 0.5 ? "7 4" : "2 4";

/** The nodes to fold so that at most about `most` words are visible: the largest phrases remain open the longest. */
export function foldsFor(root, most = 60) {
  if (root.size <= most) return new Set();
  const open = new Set(),
    queue = [root];
  while (queue.length && open.size < most - 20) {
    queue.sort((a, b) => a.size - b.size);
    const node = queue.pop();
    open.add(node);
    for (const child of [node.left, node.right]) if (child.left) queue.push(child);
  }
  return new Set(
    postOrder(root)
      .filter((node) => node.left && !open.has(node))
      .map((node) => node.id),
  );
}

/** A tree as a standalone SVG picture on white, with a title and a description. */
export function toSVG(session, { model = 0, isFolded = () => false, rows = false, width = 0 } = {}) {
  const { root, scales } = session,
    scale = scales[model],
    words = wordsOf(root);
  const glyph = (node) => glyphOf(session.state(node, model)?.label ?? null, scale);
  const drawn = layout(root, { isFolded, rows, rtl: isRightToLeft(words), width, glyph });
  const edges = drawn.places
    .filter((place) => place.children)
    .map((place) => {
      const [a, b] = place.children,
        dash = dashOf(session.confidence(place.node));
      const path = edgePath([place.x, place.y], [a.x, a.y], [b.x, b.y], rows);
      return `<path d="${path}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
    });
  const boxes = drawn.places.map((place) => svgBox(place, session.state(place.node, model), scale));
  const root_name = nameOf(session.state(root, model)?.label ?? null, scale);
  const [w, h] = [Math.ceil(drawn.width), Math.ceil(drawn.height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">`,
    `<title>Tree over ${words.length} word${words.length > 1 ? "s" : ""}, ${escapeXML(root_name)} at the root</title>`,
    `<desc>${escapeXML(words.join(" "))}</desc>`,
    `<rect width="${w}" height="${h}" rx="8" fill="#ffffff"/>`,
    `<g fill="none" stroke="#8a8a8a" stroke-width="1.5">${edges.join("")}</g>`,
    `<g font-family="system-ui, sans-serif" text-anchor="middle">${boxes.join("\n")}</g>`,
    "</svg>\n",
  ].join("\n");
}

function svgBox(place, state, scale) {
  const { x, y, w, h, end, folded } = place,
    label = state?.label ?? null;
  const colour = label === null && !end ? "#8a8a8a" : colourOf(label, scale),
    title = state ? nameOf(label, scale) : "";
  const text = `${folded ? "▸ " : ""}${place.text}`,
    size = end ? WORD_FONT : CHIP_FONT;
  const round = (value) => Math.round(10 * value) / 10;
  if (label === null && !end) return `<circle cx="${round(x)}" cy="${round(y)}" r="4" fill="${colour}"/>`;
  return (
    `<g>${title ? `<title>${escapeXML(title)}</title>` : ""}<rect x="${round(x - w / 2)}" y="${round(y - h / 2)}" width="${round(w)}" ` +
    `height="${h}" rx="9" fill="${colour}" stroke="#6b6b6b"/><text x="${round(x)}" y="${round(y + size * 0.35)}" ` +
    `font-size="${size}"${end ? "" : ' font-weight="600"'} fill="${inkOn(colour)}">${escapeXML(text)}</text></g>`
  );
}

/** A node in words, for screen readers. */
export function describe(session, node, model = 0, { folded = false } = {}) {
  const state = session.state(node, model),
    scale = session.scales[model],
    confidence = session.confidence(node);
  const parts = [`“${cropped(visible(firstWords(node, 60).join(" ")), 160)}”`];
  if (state)
    parts.push(
      `${nameOf(state.label, scale)}${state.probabilities.length ? ` ${percent(Math.max(...state.probabilities))}` : ""}`,
    );
  else parts.push(session.current.pending ? "being recomputed" : "no label");
  if (session.differs(node, model)) parts.push("the models differ here");
  if (node.left && confidence !== null && node !== session.root) parts.push(`bracket ${percent(confidence)}`);
  if (session.isUnknown(node, model)) parts.push("unknown word");
  if (folded) parts.push(`folded, ${node.size} words`);
  if (session.current.changed.has(node)) parts.push("changed");
  if (session.remark(node)) parts.push(session.remark(node));
  return parts.join(", ");
}

// -------------------------------------------------------------------------------------------------------------- Views

const SVG = "http://www.w3.org/2000/svg";

/** Create an element with attributes, listeners (`onclick`) and children; texts become text nodes. */
export function element(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "rect", "circle", "text", "line", "title", "tspan"].includes(name);
  const made = svg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A label as a small box in its colour. */
export function chipOf(label, scale, attributes = {}) {
  const colour = colourOf(label, scale),
    chip = element("span", { class: "chip", ...attributes }, glyphOf(label, scale) || "·");
  chip.style.background = colour;
  chip.style.color = inkOn(colour);
  return chip;
}

const ICONS = {
  undo: "M7 5 3.5 8.5 7 12M4 8.5h7.5a4 4 0 0 1 0 8H8",
  redo: "M13 5l3.500 3.500L13 12M16 8.500H8.500a4 4 0 0 0 0 8H12",
  rotateLeft: "M10 3.500 4.500 10v6M7 7l7.500 6.500v2.500M10.800 10.300 9 16M6 3 2.500 5.500 6 8",
  rotateRight: "M10 3.500l5.500 6.500v6M13 7l-7.500 6.500v2.500M9.200 10.300 11 16M14 3l3.500 2.500L14 8",
  moveLeft: "M17 10H4M8.500 5.500 4 10l4.500 4.500",
  moveRight: "M3 10h13M11.500 5.500 16 10l-4.500 4.500",
  edit: "M4 16l.8-3.200 8.700-8.700 2.400 2.400-8.700 8.700zM11.800 5.800l2.400 2.400",
  insert: "M10 4v12M4 10h12",
  remove: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.600L14 6",
  fold: "M4 6.500h12M4 13.500h12M7.500 2.500 10 4.500l2.500-2M7.500 17.500l2.500-2 2.500 2",
  turn: "M4 4h5v5H4zM11 11h5v5h-5zM12 4.500h2a2 2 0 0 1 2 2V8M8 15.500H6a2 2 0 0 1-2-2V12",
  out: "M5 10h10",
  fit: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  in: "M10 5v10M5 10h10",
  copy: "M7 7h9v9H7zM13 7V4H4v9h3",
  help: "M7.500 7.500a2.500 2.500 0 1 1 3.700 2.200c-.8.5-1.200 1-1.200 2M10 15v.2",
};

const KEYS = [
  [
    "arrow keys",
    "walk the tree: up to the bracket, down to its parts, left and right to neighbours (turned with the tree)",
  ],
  ["Home, End", "first and last word"],
  ["Enter, Space", "fold or unfold a bracket; change a word"],
  ["L, R", "rotate a bracket to the left, to the right"],
  ["Shift + ←, →", "move a phrase to its neighbour"],
  ["E, F2", "replace a word"],
  ["I, Shift + I", "insert words after, before"],
  ["Delete", "delete a word or a phrase"],
  ["Z, Y", "undo, redo; also Ctrl + Z, Ctrl + Y"],
  ["F", "fold or unfold everything"],
  ["O", "turn the tree: words at the bottom, or one per line"],
  ["+, −, 0", "zoom in, out, fit"],
  ["C", "copy: brackets, SVG, PNG, link"],
  ["?", "this list"],
];

const ZOOMS = { least: 0.25, most: 4 };

/** A tree of a session as an interactive SVG in an element. */
export class TreeView {
  /**
   * Options: `model`, the index of the model whose labels are drawn (default: 0); `editable` (default: true); `words`,
   * whether words can be edited, too (default: true); `help`, `{keys, lines}` of the list of keys (default: all keys);
   * `toolbar` (default: true); `orientation`, "down", "rows" or "auto", by the available width (default: "auto");
   * `label`, the name for screen readers; `linkBase`, the address of links, false for none (default: that of the page);
   * `stageOf(node)`, "now" for a node to highlight, "later" for one to fade, "open" for one to answer (default: none);
   * `onselect(node)`, called when a node receives the focus.
   */
  constructor(parent, session, options = {}) {
    this.session = session;
    this.options = {
      model: 0,
      editable: true,
      words: true,
      help: null,
      toolbar: true,
      orientation: "auto",
      label: "Tree",
      linkBase: null,
      stageOf: () => "",
      onselect: () => {},
      ...options,
    };
    this.model = this.options.model;
    this.orientation = this.options.orientation;
    this.folded = new Set();
    this.items = new Map();
    this.lines = new Map();
    this.active = null;
    this.hovered = null;
    this.zoom = { scale: 1, x: 0, y: 0, fitted: true };
    this.#build(parent);
    this.unsubscribe = session.subscribe((change) => this.#changed(change));
    this.observer = new ResizeObserver(() => this.#resized());
    this.observer.observe(this.stage);
    if (session.root) this.#changed({ kind: "load" });
  }

  /** Remove the view from its element. */
  destroy() {
    this.unsubscribe();
    this.observer.disconnect();
    this.host.remove();
  }

  get scale() {
    return this.session.scales[this.model];
  }

  /** Draw again, after the answers of `stageOf` have changed. */
  redraw() {
    this.#draw();
  }

  /** The picture as it is drawn, as a standalone SVG. */
  svg() {
    const { rows } = this.drawn;
    return toSVG(this.session, { model: this.model, isFolded: (node) => this.folded.has(node.id), rows });
  }

  // ------------------------------------------------------------------------------------------------------- structure

  #build(parent) {
    this.edges = element("g", { class: "tn-edges", "aria-hidden": "true" });
    this.nodes = element("g", { class: "tn-nodes" });
    this.content = element("g", {}, this.edges, this.nodes);
    this.picture = element(
      "svg",
      { class: "tn-picture", role: "tree", "aria-label": this.options.label },
      this.content,
    );
    this.card = element("div", { class: "tn-card", hidden: true, "aria-hidden": "true" });
    this.stage = element("div", { class: "tn-stage" }, this.picture, this.card);
    this.error = element("div", { class: "tn-error", role: "alert", hidden: true });
    this.status = element("div", { class: "tn-status", role: "status", "aria-live": "polite" });
    this.bar = this.options.toolbar ? this.#toolbar() : null;
    this.help = this.#helpDialog();
    this.host = element("div", { class: "tn-tree" }, this.bar, this.error, this.stage, this.status, this.help);
    parent.append(this.host);
    this.picture.addEventListener("keydown", (event) => this.#pressed(event));
    this.picture.addEventListener("focusin", (event) => this.#focused(event));
    this.picture.addEventListener("focusout", () => setTimeout(() => this.#showCard()));
    this.#listenToPointers();
  }

  #toolbar() {
    const { editable } = this.options,
      words = editable && this.options.words;
    const act = (name) => () => this.#act(name);
    const buttons = [
      editable && ["undo", "Undo (Z)", () => this.session.undo()],
      editable && ["redo", "Redo (Y)", () => this.session.redo()],
      editable && ["rotateLeft", "Rotate left (L)", act(rotateLeft), "edit"],
      editable && ["rotateRight", "Rotate right (R)", act(rotateRight)],
      editable && ["moveLeft", "Move to the left neighbour (Shift + ←)", act("left")],
      editable && ["moveRight", "Move to the right neighbour (Shift + →)", act("right")],
      words && ["edit", "Replace the word (E)", () => this.#editWord("replace"), "edit"],
      words && ["insert", "Insert words after (I)", () => this.#editWord("after")],
      words && ["remove", "Delete (Delete)", act(remove)],
      ["fold", "Fold or unfold everything (F)", () => this.#foldAll(), "view"],
      ["turn", "Turn the tree (O)", () => this.#turn()],
      ["out", "Zoom out (−)", () => this.#zoomBy(1 / 1.3), "edit"],
      ["fit", "Fit (0)", () => this.#fit()],
      ["in", "Zoom in (+)", () => this.#zoomBy(1.3)],
      ["copy", "Copy as … (C)", () => this.#toggleMenu(), "edit"],
      ["help", "Keys (?)", () => this.help.showModal()],
    ].filter(Boolean);
    this.buttons = {};
    const bar = element("div", { class: "tn-bar", role: "toolbar", "aria-label": "Tree tools" });
    buttons.forEach(([name, title, run, group], index) => {
      const icon = element("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, element("path", { d: ICONS[name] }));
      const button = element(
        "button",
        { type: "button", title, "aria-label": title, tabindex: index ? -1 : 0, onclick: run },
        icon,
      );
      this.buttons[name] = button;
      if (!index || group) bar.append(element("div", { class: group === "view" ? "tn-group tn-views" : "tn-group" }));
      bar.lastChild.append(button);
    });
    this.buttons.copy.setAttribute("aria-haspopup", "menu");
    this.menu = this.#copyMenu();
    bar.append(this.menu);
    bar.addEventListener("keydown", (event) => this.#pressedInBar(event));
    return bar;
  }

  #copyMenu() {
    const entries = [
      ["Brackets", "brackets"],
      ["SVG", "svg"],
      ["PNG", "png"],
      this.options.linkBase !== false && ["Link", "link"],
    ].filter(Boolean);
    const items = entries.map(([text, kind]) =>
      element("button", { type: "button", role: "menuitem", tabindex: -1, onclick: () => this.#copy(kind) }, text),
    );
    return element("div", { class: "tn-menu", role: "menu", "aria-label": "Copy as", hidden: true }, ...items);
  }

  #helpDialog() {
    const { help } = this.options;
    const shown = help
      ? help.keys
      : this.options.editable
        ? KEYS
        : KEYS.filter(([key]) => !/L, R|Shift|E, F2|Delete|Z, Y/.test(key));
    const rows = shown.map(([keys, meaning]) =>
      element(
        "tr",
        {},
        element(
          "th",
          { scope: "row" },
          ...keys.split(", ").flatMap((key, i) => [i ? " " : null, element("kbd", {}, key)]),
        ),
        element("td", {}, this.options.linkBase === false ? meaning.replace(", link", "") : meaning),
      ),
    );
    const lines = help?.lines ?? [
      "A thick border marks the phrases that the last edit recomputed, a diamond those at which two models differ.",
      "The line to a bracket is solid if the parser gives it 90 % or more, dashed from 50 %, dotted below.",
      "A word with a dotted line below is not in the model's vocabulary. Two fingers, or Ctrl and the wheel, zoom.",
    ];
    const close = element("button", { type: "button", class: "tn-close", onclick: () => dialog.close() }, "Close");
    const dialog = element(
      "dialog",
      { class: "tn-help", "aria-label": "Keys of the tree" },
      element("h2", {}, "Keys"),
      element("table", {}, element("tbody", {}, ...rows)),
      ...lines.map((line) => element("p", {}, line)),
      close,
    );
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    return dialog;
  }

  // ---------------------------------------------------------------------------------------------------------- changes

  #changed(change) {
    const { session } = this,
      hadFocus = this.#hasFocus();
    if (change.kind === "load") {
      this.folded = foldsFor(session.root);
      this.zoom.fitted = true;
      this.active = session.root.id;
      this.hovered = null;
    }
    this.cancelEdit?.();
    if (change.focus) {
      this.active = change.focus;
      this.#reveal(this.active);
    }
    this.#draw(change.kind !== "load");
    if (hadFocus && change.kind !== "load") this.#focus(this.active);
    this.#announce(change);
    this.error.hidden = !session.current.error;
    if (session.current.error) {
      this.error.replaceChildren(
        `No new states: ${session.current.error} `,
        element("button", { type: "button", onclick: () => session.retry() }, "Try again"),
      );
    }
  }

  #announce({ kind }) {
    const { session } = this,
      count = session.current.changed.size,
      state = session.state(session.root, this.model);
    const name = state ? `the sentence is ${nameOf(state.label, this.scale)}` : "";
    const said = {
      edit: `${count} phrases changed.`,
      states: `${count} of ${2 * session.root.size - 1} phrases recomputed; ${name}.`,
      undo: `Undone; ${name}.`,
      redo: `Done again; ${name}.`,
      load: "",
    };
    if (kind in said) this.status.textContent = said[kind];
  }

  #reveal(id) {
    const parents = parentsOf(this.session.root),
      target = this.#nodeOf(id);
    for (let above = parents.get(target); above; above = parents.get(above)) this.folded.delete(above.id);
  }

  #nodeOf(id) {
    return postOrder(this.session.root).find((node) => node.id === id) ?? null;
  }

  #say(text) {
    this.status.textContent = text;
  }

  // ---------------------------------------------------------------------------------------------------------- drawing

  #isRows(width) {
    if (this.orientation !== "auto") return this.orientation === "rows";
    return layout(this.session.root, this.#how(false, width)).width * (width < 480 ? 0.85 : 0.7) > width;
  }

  #how(rows, width) {
    const glyph = (node) => glyphOf(this.session.state(node, this.model)?.label ?? null, this.scale);
    return { isFolded: (node) => this.folded.has(node.id), rows, rtl: this.rtl, width, glyph, compact: width < 480 };
  }

  #draw(moves = false) {
    if (!this.session.root) return;
    const width = this.stage.clientWidth || 760;
    this.rtl = isRightToLeft(wordsOf(this.session.root));
    const before = moves ? new Map([...this.items].map(([id, item]) => [id, item.at])) : new Map();
    this.drawn = layout(this.session.root, this.#how(this.#isRows(width), width));
    this.places = new Map(this.drawn.places.map((place) => [place.node.id, place]));
    if (!this.places.has(this.active)) this.active = this.session.root.id;
    this.picture.setAttribute("aria-label", `${this.options.label}, ${this.session.root.size} words`);
    this.host.classList.toggle("tn-busy", this.session.current.pending);
    this.stage.setAttribute("aria-busy", String(this.session.current.pending));
    this.#reconcile();
    this.#animate(before);
    if (this.zoom.fitted) this.#fit();
    else this.#applyZoom();
    this.#updateButtons();
    this.#showCard();
  }

  #reconcile() {
    const seen = new Set();
    let previous = null;
    for (const place of this.drawn.places) {
      const { id } = place.node;
      seen.add(id);
      if (!this.items.has(id)) this.items.set(id, this.#makeItem(id));
      const item = this.items.get(id);
      this.#fill(item, place);
      const next = previous ? previous.nextSibling : this.nodes.firstChild;
      if (next !== item.group) this.nodes.insertBefore(item.group, next);
      previous = item.group;
      this.#line(place);
    }
    for (const [id, item] of this.items) if (!seen.has(id)) (item.group.remove(), this.items.delete(id));
    for (const [id, line] of this.lines) if (!this.places.get(id)?.children) (line.remove(), this.lines.delete(id));
  }

  #makeItem(id) {
    const parts = {
      hit: element("rect"),
      ring: element("rect"),
      chip: element("rect"),
      text: element("text"),
      mark: element("path"),
      fold: element("path"),
    };
    for (const [name, part] of Object.entries(parts)) part.setAttribute("class", `tn-${name}`);
    parts.mark.setAttribute("d", "M0 -6L6 0L0 6L-6 0Z");
    parts.fold.setAttribute("d", "M-3 -4L3 0L-3 4Z");
    const group = element("g", { role: "treeitem", "data-id": id }, ...Object.values(parts));
    return { group, ...parts, at: null };
  }

  #fill(item, place) {
    const { session, model } = this,
      { node } = place,
      state = session.state(node, model);
    const dot = !place.end && state === null,
      label = state?.label ?? null,
      [w, h] = dot ? [14, 14] : [place.w, place.h];
    const colour = label === null ? null : colourOf(label, this.scale);
    item.group.setAttribute(
      "class",
      [
        "tn-node",
        place.end ? "tn-word" : "tn-bracket",
        dot && "tn-dot",
        place.folded && "tn-folded",
        session.current.changed.has(node) && "tn-changed",
        session.differs(node, model) && "tn-differs",
        session.isUnknown(node, model) && "tn-unknown",
        state === null && "tn-empty",
        this.options.stageOf(node) && `tn-${this.options.stageOf(node)}`,
      ]
        .filter(Boolean)
        .join(" "),
    );
    box(item.chip, w, h, dot ? h / 2 : 9);
    box(item.ring, w + 8, h + 8, 13);
    box(item.hit, Math.max(w, 28), Math.max(h, 32), 0);
    if (colour) (item.chip.setAttribute("fill", colour), item.text.setAttribute("fill", inkOn(colour)));
    else (item.chip.removeAttribute("fill"), item.text.removeAttribute("fill"));
    item.text.textContent = dot && !place.end ? "" : place.text;
    item.text.setAttribute("x", place.folded ? (this.rtl ? -7 : 7) : 0);
    item.text.setAttribute("y", (place.end ? WORD_FONT : CHIP_FONT) * 0.35);
    item.mark.setAttribute("transform", `translate(${w / 2} ${-h / 2})`);
    item.fold.setAttribute(
      "transform",
      this.rtl ? `translate(${w / 2 - 13} 0) scale(-1 1)` : `translate(${-w / 2 + 13} 0)`,
    );
    item.fold.setAttribute("fill", colour ? inkOn(colour) : "currentColor");
    const about = {
      "aria-level": place.level,
      "aria-label": describe(session, node, model, { folded: place.folded }),
      tabindex: node.id === this.active ? 0 : -1,
    };
    for (const [key, value] of Object.entries(about)) item.group.setAttribute(key, value);
    if (node.left) item.group.setAttribute("aria-expanded", String(!place.folded));
    else item.group.removeAttribute("aria-expanded");
  }

  #line({ node, children }) {
    if (!children) return;
    if (!this.lines.has(node.id)) {
      const line = element("path");
      this.lines.set(node.id, line);
      this.edges.append(line);
    }
    const line = this.lines.get(node.id),
      dash = dashOf(node === this.session.root ? null : this.session.confidence(node));
    if (dash) line.setAttribute("stroke-dasharray", dash);
    else line.removeAttribute("stroke-dasharray");
  }

  #animate(before) {
    cancelAnimationFrame(this.frame);
    const still =
      !before.size || this.drawn.places.length > 300 || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = performance.now(),
      duration = 240;
    const step = (now) => {
      const t = still ? 1 : Math.min(Math.max((now - start) / duration, 0), 1),
        eased = 1 - (1 - t) ** 3;
      this.#positions(before, eased);
      if (t < 1) this.frame = requestAnimationFrame(step);
    };
    step(start);
    if (!still) this.frame = requestAnimationFrame(step);
  }

  #positions(before, t) {
    for (const place of this.drawn.places) {
      const item = this.items.get(place.node.id),
        from = before.get(place.node.id) ?? [place.x, place.y];
      item.at = [from[0] + (place.x - from[0]) * t, from[1] + (place.y - from[1]) * t];
      item.group.setAttribute("transform", `translate(${item.at[0].toFixed(1)} ${item.at[1].toFixed(1)})`);
    }
    for (const place of this.drawn.places) {
      if (!place.children) continue;
      const [a, b] = place.children.map((child) => this.items.get(child.node.id).at);
      this.lines
        .get(place.node.id)
        .setAttribute("d", edgePath(this.items.get(place.node.id).at, a, b, this.drawn.rows));
    }
  }

  #updateButtons() {
    if (!this.bar) return;
    const node = this.#nodeOf(this.active),
      { session, buttons } = this;
    const disabled = {
      undo: !session.canUndo,
      redo: !session.canRedo,
      rotateLeft: !node?.right?.left,
      rotateRight: !node?.left?.left,
      edit: Boolean(node?.left),
      remove: node === session.root,
      moveLeft: node === session.root,
      moveRight: node === session.root,
    };
    for (const [name, off] of Object.entries(disabled)) buttons[name]?.setAttribute("aria-disabled", String(off));
  }

  // -------------------------------------------------------------------------------------------------------- zoom, pan

  #resized() {
    const width = this.stage.clientWidth;
    if (width && width !== this.width) {
      this.width = width;
      this.#draw();
    }
  }

  #fit() {
    const width = this.stage.clientWidth || 760,
      least = this.drawn.rows ? 0.55 : 0.6;
    const scale = Math.min(1, Math.max(least, width / this.drawn.width));
    const x =
      this.rtl && this.drawn.width * scale > width
        ? width - this.drawn.width * scale
        : Math.max(0, (width - this.drawn.width * scale) / 2);
    this.zoom = { scale, x, y: 0, fitted: true };
    this.picture.setAttribute("height", Math.ceil(this.drawn.height * scale));
    this.#applyZoom();
  }

  #zoomBy(factor, at = null) {
    const box = this.picture.getBoundingClientRect(),
      [px, py] = at ?? [box.width / 2, box.height / 2];
    const scale = Math.min(Math.max(this.zoom.scale * factor, ZOOMS.least), ZOOMS.most),
      ratio = scale / this.zoom.scale;
    this.zoom = { scale, x: px - (px - this.zoom.x) * ratio, y: py - (py - this.zoom.y) * ratio, fitted: false };
    this.#applyZoom();
  }

  #panBy(dx, dy) {
    this.zoom = { ...this.zoom, x: this.zoom.x + dx, y: this.zoom.y + dy, fitted: false };
    this.#applyZoom();
  }

  #applyZoom() {
    const { zoom } = this,
      box = [this.stage.clientWidth || 760, Number(this.picture.getAttribute("height")) || this.drawn.height];
    const size = [this.drawn.width * zoom.scale, this.drawn.height * zoom.scale];
    ["x", "y"].forEach((axis, i) => {
      const low = Math.min(0, box[i] - size[i]),
        high = Math.max(0, box[i] - size[i]);
      zoom[axis] = Math.min(Math.max(zoom[axis], low), high);
    });
    this.content.setAttribute(
      "transform",
      `translate(${zoom.x.toFixed(1)} ${zoom.y.toFixed(1)}) scale(${zoom.scale.toFixed(4)})`,
    );
    this.host.classList.toggle(
      "tn-pannable",
      size.some((length, i) => length > box[i] + 1),
    );
    this.#placeCard();
  }

  #listenToPointers() {
    const { picture } = this,
      local = (touch) => [
        touch.clientX - picture.getBoundingClientRect().left,
        touch.clientY - picture.getBoundingClientRect().top,
      ];
    let drag = null,
      pinch = null;
    picture.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.#zoomBy(Math.exp(-event.deltaY / 200), local(event));
      },
      { passive: false },
    );
    picture.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch" && event.button === 0)
        drag = { x: event.clientX, y: event.clientY, moved: false };
    });
    picture.addEventListener("pointermove", (event) => {
      this.#hover(event);
      if (!drag || !this.host.classList.contains("tn-pannable")) return;
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      if (!drag.moved && Math.hypot(dx, dy) < 4) return;
      if (!drag.moved) picture.setPointerCapture(event.pointerId);
      this.#panBy(dx, dy);
      drag = { x: event.clientX, y: event.clientY, moved: true };
    });
    picture.addEventListener("pointerup", () => setTimeout(() => (drag = null)));
    picture.addEventListener("pointercancel", () => (drag = null));
    picture.addEventListener("pointerleave", () => this.#hover(null));
    picture.addEventListener("click", (event) => !drag?.moved && this.#clicked(event));
    picture.addEventListener("dblclick", (event) => this.#clicked(event, true));
    const middle = ([a, b]) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    picture.addEventListener(
      "touchstart",
      (event) => (pinch = event.touches.length === 1 ? { span: 0, center: local(event.touches[0]) } : null),
    );
    picture.addEventListener(
      "touchmove",
      (event) => {
        const points = [...event.touches].map(local);
        if (points.length === 2) {
          event.preventDefault();
          const span = Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]),
            center = middle(points);
          if (pinch?.span) {
            this.#panBy(center[0] - pinch.center[0], center[1] - pinch.center[1]);
            this.#zoomBy(span / pinch.span, center);
          }
          pinch = { span, center };
        } else if (
          points.length === 1 &&
          this.host.classList.contains("tn-pannable") &&
          (!this.zoom.fitted || !this.drawn.rows)
        ) {
          if (pinch && !pinch.span) {
            const [dx, dy] = [points[0][0] - pinch.center[0], points[0][1] - pinch.center[1]];
            if (!this.zoom.fitted || Math.abs(dx) > Math.abs(dy)) {
              event.preventDefault();
              this.#panBy(dx, this.zoom.fitted ? 0 : dy);
            }
          }
          pinch = { span: 0, center: points[0] };
        }
      },
      { passive: false },
    );
    picture.addEventListener("touchend", () => (pinch = null));
  }

  #placeAt(event) {
    const id = Number(event?.target?.closest?.(".tn-node")?.dataset.id);
    return this.places?.get(id) ?? null;
  }

  #hover(event) {
    const id = this.#placeAt(event)?.node.id ?? null;
    if (event?.pointerType === "touch" || id === this.hovered) return;
    this.hovered = id;
    this.#showCard();
  }

  #clicked(event, twice = false) {
    const place = this.#placeAt(event);
    if (!place) return;
    const wasActive = place.node.id === this.active && this.#hasFocus();
    this.#focus(place.node.id);
    if (place.folded || (twice && place.node.left)) this.#fold(place.node);
    else if (twice && this.options.editable && this.options.words && wasActive) this.#editWord("replace");
  }

  // --------------------------------------------------------------------------------------------------------- keyboard

  #hasFocus() {
    return this.picture.contains(document.activeElement);
  }

  #focus(id) {
    this.items.get(this.active)?.group.setAttribute("tabindex", -1);
    this.active = id;
    const item = this.items.get(id);
    item?.group.setAttribute("tabindex", 0);
    item?.group.focus({ preventScroll: true });
    this.#scrollTo(id);
    this.#updateButtons();
    this.#showCard();
    this.options.onselect(this.places.get(id).node);
  }

  /** Adopt a focus that was set elsewhere, as by a screen reader. */
  #focused(event) {
    const id = this.#placeAt(event)?.node.id;
    if (id !== undefined && id !== this.active) return this.#focus(id);
    this.#showCard();
    return this.places?.has(id) && this.options.onselect(this.places.get(id).node);
  }

  #scrollTo(id) {
    const place = this.places.get(id),
      { zoom } = this,
      width = this.stage.clientWidth;
    const x = place.x * zoom.scale + zoom.x,
      y = place.y * zoom.scale + zoom.y,
      height = Number(this.picture.getAttribute("height"));
    const half = (place.w / 2) * zoom.scale + 10;
    const dx = x - half < 0 ? half - x : x + half > width ? width - half - x : 0;
    const dy = y < 24 ? 24 - y : y > height - 24 ? height - 24 - y : 0;
    if (dx || dy) {
      zoom.x += dx;
      zoom.y += dy;
      this.#applyZoom();
    }
    this.items.get(id).chip.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #pressed(event) {
    const place = this.places.get(this.active),
      { key } = event,
      command = event.ctrlKey || event.metaKey;
    if (event.altKey || !place || event.target.closest("input")) return;
    const run = command ? { z: event.shiftKey ? "redo" : "undo", y: "redo" }[key.toLowerCase()] : null;
    if (run && this.options.editable) this.session[run]();
    else if (command) return;
    else if (!this.#walk(place, key, event.shiftKey) && !this.#command(place, key)) return;
    event.preventDefault();
  }

  /** Move the focus, or the phrase with Shift; false for other keys. */
  #walk(place, key, shift) {
    const { places } = this.drawn,
      ends = places.filter((each) => each.end);
    if (key === "Home" || key === "End") return (this.#focus((key === "Home" ? ends[0] : ends.at(-1)).node.id), true);
    const side = { ArrowLeft: -1, ArrowRight: 1 }[key],
      along = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (side === undefined && along === undefined) return false;
    const mirrored = this.rtl ? -1 : 1;
    if (shift) {
      if (side) this.#act(side * mirrored < 0 ? "left" : "right");
      return true;
    }
    const depth = this.drawn.rows ? side && side * mirrored : along,
      breadth = this.drawn.rows ? along : side && side * mirrored;
    const to = depth < 0 ? this.#parentOf(place) : depth > 0 ? place.children?.[0] : this.#neighbour(place, breadth);
    if (to) this.#focus(to.node.id);
    return true;
  }

  #parentOf(place) {
    return this.drawn.places.find((each) => each.children?.includes(place));
  }

  /** The word before or after a word, or the phrase at the same level; null if there is none. */
  #neighbour(place, direction) {
    const { places } = this.drawn,
      at = places.indexOf(place);
    const others = direction > 0 ? places.slice(at + 1) : places.slice(0, at).reverse();
    return others.find((each) => (place.end ? each.end : each.level === place.level)) ?? null;
  }

  #command(place, key) {
    const { editable, words } = this.options,
      { node } = place;
    const moves = {
      l: () => this.#act(rotateLeft),
      r: () => this.#act(rotateRight),
      z: () => this.session.undo(),
      y: () => this.session.redo(),
    };
    const edits = {
      ...moves,
      e: () => this.#editWord("replace"),
      F2: () => this.#editWord("replace"),
      i: () => this.#editWord("after"),
      I: () => this.#editWord("before"),
      Delete: () => this.#act(remove),
      Backspace: () => this.#act(remove),
    };
    const views = {
      f: () => this.#foldAll(),
      o: () => this.#turn(),
      "+": () => this.#zoomBy(1.3),
      "=": () => this.#zoomBy(1.3),
      "-": () => this.#zoomBy(1 / 1.3),
      0: () => this.#fit(),
      c: () => this.#toggleMenu(),
      "?": () => this.help.showModal(),
      Escape: () => ((this.dismissed = true), this.#showCard()),
    };
    const enter = () => (node.left ? this.#fold(node) : editable && words && this.#editWord("replace")),
      own = words ? edits : moves;
    const run =
      key === "Enter" || key === " "
        ? enter
        : (editable && (own[key] ?? own[key.toLowerCase()])) || views[key] || views[key.toLowerCase()];
    run?.();
    return Boolean(run);
  }

  #pressedInBar(event) {
    const buttons = Object.values(this.buttons),
      at = buttons.indexOf(document.activeElement),
      items = [...this.menu.children];
    const inMenu = items.indexOf(document.activeElement);
    if (event.key === "Escape" && !this.menu.hidden) return (this.#toggleMenu(false), this.buttons.copy.focus());
    if (inMenu >= 0) {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (step) (event.preventDefault(), items[(inMenu + step + items.length) % items.length].focus());
      return;
    }
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    const to = buttons[(next + buttons.length) % buttons.length];
    buttons[at].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  // ------------------------------------------------------------------------------------------------------------ edits

  #act(edit, ...how) {
    if (!this.options.editable) return;
    const node = this.#nodeOf(this.active),
      run = edit === "left" ? moveLeft : edit === "right" ? moveRight : edit;
    try {
      this.session.apply(run, node, ...how);
    } catch (error) {
      if (!(error instanceof TreeError)) throw error;
      this.#say(`Not possible: ${error.message}.`);
      this.#note(`Not possible: ${error.message}.`);
    }
  }

  #note(text) {
    this.note?.remove();
    this.note = element("div", { class: "tn-note", "aria-hidden": "true" }, text);
    this.stage.append(this.note);
    setTimeout(() => this.note?.remove(), 3000);
  }

  #editWord(mode) {
    const place = this.places.get(this.active);
    if (!this.options.editable || !place) return;
    if (mode === "replace" && place.node.left) return this.#note("Only words can be replaced.");
    this.cancelEdit?.();
    const [x, y] = this.#onStage(place),
      width = this.stage.clientWidth,
      wide = Math.min(Math.max(place.w * this.zoom.scale + 40, 140), 260, width - 8);
    const label = { replace: "Replace the word", after: "Insert words after", before: "Insert words before" }[mode];
    const input = element("input", {
      class: "tn-input",
      type: "text",
      "aria-label": label,
      placeholder: label,
      autocomplete: "off",
      spellcheck: "false",
      maxlength: 2000,
      dir: "auto",
    });
    if (mode === "replace") input.value = place.node.word;
    input.style.width = `${wide}px`;
    input.style.left = `${Math.min(Math.max(x - wide / 2, 4), Math.max(width - wide - 4, 4))}px`;
    input.style.top = `${Math.max(y - 20, 0)}px`;
    const stop = (refocus) => {
      this.cancelEdit = null;
      input.remove();
      if (refocus) this.#focus(this.active);
    };
    this.cancelEdit = () => stop(false);
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") stop(true);
      if (event.key !== "Enter" || event.isComposing) return;
      const text = input.value;
      stop(true);
      if (mode === "replace" && text.trim() === place.node.word) return;
      if (mode === "replace") this.#act(replaceWord, text);
      else this.#act(insertWord, text, mode === "before");
    });
    input.addEventListener("blur", () => this.cancelEdit && stop(false));
    this.stage.append(input);
    input.focus();
    input.select();
  }

  #fold(node) {
    if (this.folded.has(node.id)) this.folded.delete(node.id);
    else this.folded.add(node.id);
    this.#draw(true);
    this.#focus(node.id);
    this.#say(this.folded.has(node.id) ? `Folded, ${node.size} words.` : "Unfolded.");
  }

  #foldAll() {
    const inner = postOrder(this.session.root).filter((node) => node.left);
    const anyFolded = inner.some((node) => this.folded.has(node.id));
    const folds = anyFolded ? [] : inner.filter((node) => node !== this.session.root);
    this.folded = new Set(folds.map((node) => node.id));
    this.#draw(true);
    this.#say(anyFolded ? "Everything is unfolded." : "Everything is folded.");
  }

  #turn() {
    this.orientation = this.drawn.rows ? "down" : "rows";
    this.zoom.fitted = true;
    this.#draw(true);
    this.#say(this.drawn.rows ? "One word per line." : "Words at the bottom.");
  }

  // ------------------------------------------------------------------------------------------------------------- card

  #onStage(place) {
    return [place.x * this.zoom.scale + this.zoom.x, place.y * this.zoom.scale + this.zoom.y];
  }

  #showCard() {
    const id = this.hovered ?? (this.#hasFocus() ? this.active : null),
      place = this.places?.get(id) ?? null;
    if (id !== this.shownId) this.dismissed = false;
    this.shownId = id;
    this.card.hidden = !place || this.dismissed;
    for (const [other, item] of this.items) item.group.classList.toggle("tn-shown", other === id);
    if (this.card.hidden) return;
    const { session, model, scale } = this,
      { node } = place,
      state = session.state(node, model);
    const parts = [
      element("p", { class: "tn-phrase", dir: "auto" }, cropped(visible(firstWords(node, 40).join(" ")), 120)),
    ];
    if (state?.probabilities.length) parts.push(probabilityTable(state, scale));
    else
      parts.push(
        element("p", {}, state ? nameOf(state.label, scale) : session.current.pending ? "computing …" : "no label"),
      );
    const facts = [];
    if (session.differs(node, model))
      facts.push(
        session.scales
          .map((each, i) => `${each.name}: ${nameOf(session.state(node, i)?.label ?? null, each)}`)
          .join(" · "),
      );
    const confidence = session.confidence(node);
    if (node.left && confidence !== null && node !== session.root) facts.push(`bracket: ${percent(confidence)}`);
    if (session.isUnknown(node, model)) facts.push("not in the vocabulary");
    if (session.remark(node)) facts.push(session.remark(node));
    for (const fact of facts) parts.push(element("p", { class: "tn-fact" }, fact));
    this.card.replaceChildren(...parts);
    this.#placeCard();
  }

  #placeCard() {
    const place = this.places?.get(this.shownId);
    if (this.card.hidden || !place) return;
    const [x, y] = this.#onStage(place),
      width = this.stage.clientWidth,
      half = (place.h / 2) * this.zoom.scale + 10;
    const { offsetWidth: w, offsetHeight: h } = this.card,
      docked = width < 480;
    this.card.classList.toggle("tn-docked", docked);
    if (docked) return (this.card.style.left = this.card.style.top = "");
    const above = y - half - h,
      tall = this.stage.clientHeight,
      picture = Number(this.picture.getAttribute("height"));
    this.card.classList.toggle("tn-away", x < 0 || x > width || y < 0 || y > picture);
    const beside = this.drawn.rows && x + (place.w / 2) * this.zoom.scale + 12 + w < width;
    const left = beside ? x + (place.w / 2) * this.zoom.scale + 12 : Math.min(Math.max(x - w / 2, 4), width - w - 4);
    const top = beside ? Math.max(y - h / 2, -20) : above >= -60 || y + half + h > tall + 60 ? above : y + half;
    this.card.style.left = `${left}px`;
    this.card.style.top = `${top}px`;
  }

  // ------------------------------------------------------------------------------------------------------------- copy

  #toggleMenu(open = this.menu?.hidden) {
    if (!this.menu) return;
    this.menu.hidden = !open;
    this.buttons.copy.setAttribute("aria-expanded", String(open));
    if (open) this.menu.firstChild.focus();
  }

  async #copy(kind) {
    this.#toggleMenu(false);
    this.buttons.copy.focus();
    try {
      if (kind === "png") await copyBlob(this.#png(), "tree.png");
      else await copyText(this.#textOf(kind));
      this.#note(`Copied: ${{ brackets: "brackets", svg: "SVG", png: "PNG", link: "link" }[kind]}.`);
      this.#say("Copied.");
    } catch (error) {
      this.#note(`Not copied: ${error.message}`);
    }
  }

  #textOf(kind) {
    const { session, model } = this;
    if (kind === "svg") return this.svg();
    if (kind === "link") return (this.options.linkBase ?? location.href.split("#")[0]) + toHash(session.root);
    return formatBrackets(session.root, (node) => session.state(node, model)?.label ?? null);
  }

  async #png() {
    const address = URL.createObjectURL(new Blob([this.svg()], { type: "image/svg+xml" }));
    try {
      const image = new Image();
      image.src = address;
      await image.decode();
      const factor = Math.min(2, 8000 / Math.max(image.naturalWidth, image.naturalHeight));
      const canvas = element("canvas", {
        width: Math.ceil(image.naturalWidth * factor),
        height: Math.ceil(image.naturalHeight * factor),
      });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return await new Promise((resolve, reject) =>
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large")))),
      );
    } finally {
      URL.revokeObjectURL(address);
    }
  }
}

function box(rect, w, h, r) {
  for (const [key, value] of Object.entries({ x: -w / 2, y: -h / 2, width: w, height: h, rx: r }))
    rect.setAttribute(key, value);
}

/** A table of the probabilities of all classes with bars. */
export function probabilityTable(state, scale) {
  const order = state.probabilities.map((_, index) => index);
  const most =
    order.length > 12 ? order.sort((a, b) => state.probabilities[b] - state.probabilities[a]).slice(0, 10) : order;
  const rows = most.map((index) => {
    const bar = element("span", { class: "tn-share" });
    bar.style.width = `${Math.max(100 * state.probabilities[index], 1)}%`;
    bar.style.background = scale.colours[index];
    const name = element("th", { scope: "row" }, cropped(scale.classes[index], 24));
    return element(
      "tr",
      { class: index === state.label ? "tn-best" : null },
      name,
      element("td", {}, percent(state.probabilities[index])),
      element("td", { class: "tn-track" }, bar),
    );
  });
  return element("table", { class: "tn-shares" }, element("tbody", {}, ...rows));
}

async function copyText(text) {
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  const area = element("textarea", { class: "tn-status" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser permits no access to the clipboard");
  return undefined;
}

async function copyBlob(promise, name) {
  const blob = await promise;
  if (navigator.clipboard?.write && globalThis.ClipboardItem) {
    try {
      return await navigator.clipboard.write([new ClipboardItem({ [blob.type]: blob })]);
    } catch {
      // no permission: the picture is saved instead
    }
  }
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  return setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** States per prefix of one or several models as curves over the words, with the word at which two models diverge. */
export class CurveView {
  constructor(parent, data = null) {
    this.figure = element("figure", { class: "tn-curves" });
    parent.append(this.figure);
    if (data) this.update(data);
  }

  /**
   * Draw `{words, scales, curves}`: for each model a scale, and a curve `{labels, probabilities}` with one entry per
   * prefix, from one word to the whole sentence. Models without a curve have null.
   */
  update({ words, scales, curves }) {
    const models = scales
      .map(checkScale)
      .map((scale, index) => ({ scale, states: curves[index] && checkStates(curves[index], scale, words.length) }));
    this.models = models.filter(({ states }) => states);
    this.words = words.map(visible);
    this.split =
      this.models.length > 1 && sameClasses(this.models[0].scale, this.models[1].scale)
        ? divergence(this.models[0].states, this.models[1].states)
        : null;
    this.figure.replaceChildren(...this.#parts());
  }

  destroy() {
    this.figure.remove();
  }

  #parts() {
    if (!this.models.length) return [element("figcaption", {}, "No model has a curve.")];
    const keys = this.models.map(({ scale }, index) =>
      element(
        "li",
        { class: `tn-series-${index}` },
        element("svg", { viewBox: "0 0 28 12", "aria-hidden": "true" }, element("path", { d: "M1 6H27" })),
        scale.name,
      ),
    );
    const scroll = element(
      "div",
      { class: "tn-scroll", tabindex: 0, role: "group", "aria-label": "Curves; arrow keys select a word" },
      this.#picture(),
    );
    scroll.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
      if (step)
        (event.preventDefault(),
          this.#select(
            Math.min(
              Math.max((this.selected ?? (step > 0 ? -1 : 0)) + step * (this.rtl ? -1 : 1), 0),
              this.words.length - 1,
            ),
          ));
    });
    this.detail = element("div", { class: "tn-detail", "aria-live": "polite" });
    const caption = this.#caption();
    return [
      element("ul", { class: "tn-keys" }, ...keys),
      caption && element("figcaption", {}, caption),
      scroll,
      this.detail,
    ].filter(Boolean);
  }

  #caption() {
    if (!this.split) return "";
    const [a, b] = this.models,
      { kind, word } = this.split;
    const who = this.models.length > 2 ? `${a.scale.name} and ${b.scale.name}` : "The models";
    if (kind === "equal") return `${who} have the same class after every word.`;
    const names = (at) =>
      `${a.scale.name} ${nameOf(a.states[at].label, a.scale)}, ${b.scale.name} ${nameOf(b.states[at].label, b.scale)}`;
    const at = `“${cropped(this.words[word], 30)}” (word ${word + 1})`;
    if (kind === "apart") return `${who} diverge at ${at} and differ to the end: ${names(this.words.length - 1)}.`;
    return `${who} agree at the end; they are furthest apart after ${at}: ${names(word)}.`;
  }

  #picture() {
    const words = this.words.map((word) => cropped(word, 14)),
      n = words.length,
      top = 30,
      tall = 170,
      axis = this.#axis();
    const whole = this.figure.clientWidth || 760,
      gutter = whole >= 600 ? 14 + Math.max(...axis.map(([, name]) => measure(name, 12))) : 0,
      margin = 26;
    const widest = 14 + Math.max(...words.map((word) => measure(word, 13))),
      space = (whole - gutter - 2 * margin) / n;
    const slanted = widest > Math.max(space, 44),
      column = slanted ? Math.max(34, space) : Math.min(Math.max(space, widest), 110);
    const left = gutter + margin,
      width = left + margin + column * n;
    this.rtl = isRightToLeft(this.words);
    const x = (k) => (this.rtl ? width - left - column * (k + 0.5) : left + column * (k + 0.5)),
      y = (p) => top + tall * (1 - p);
    const below = slanted ? 74 : 34,
      height = top + tall + below;
    const svg = element("svg", {
      class: "tn-curve",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": this.#spoken(),
    });
    const [from, to] = this.rtl ? [4, width - gutter] : [gutter, width - 4];
    for (const [p, name] of axis) {
      svg.append(element("line", { class: "tn-grid", x1: from, x2: to, y1: y(p), y2: y(p) }));
      if (!gutter && p === 0.5) continue;
      const place = {
        x: this.rtl ? width - 2 : 2,
        y: y(p) + (gutter ? 4 : -6),
        "text-anchor": this.rtl ? "end" : "start",
      };
      svg.append(element("text", { class: "tn-axis", ...place }, name));
    }
    if (this.split?.word !== null && this.split) this.#drawSplit(svg, x(this.split.word), top, tall);
    this.columns = words.map((word, k) => {
      const text = element(
        "text",
        {
          class: "tn-tick",
          transform: slanted
            ? `translate(${x(k) + 4} ${top + tall + 18}) rotate(-40)`
            : `translate(${x(k)} ${top + tall + 22})`,
          "text-anchor": slanted ? "end" : "middle",
        },
        word,
      );
      const band = element("rect", {
        class: "tn-column",
        x: x(k) - column / 2,
        y: top - 8,
        width: column,
        height: tall + 16,
        rx: 6,
        onpointerenter: () => this.#select(k),
        onclick: () => this.#select(k),
      });
      svg.append(band, text);
      return band;
    });
    const reference = this.models[0].states.at(-1).label;
    this.models.forEach(({ scale, states }, index) => {
      const points = states.map((state, k) => [x(k), y(positionOf(state, scale, reference))]);
      svg.append(
        element("path", {
          class: `tn-line tn-series-${index}`,
          d: `M${points.map((point) => point.map((value) => value.toFixed(1)).join(" ")).join("L")}`,
        }),
      );
      states.forEach((state, k) =>
        svg.append(
          element(index % 2 ? "rect" : "circle", {
            class: `tn-point tn-series-${index}`,
            fill: colourOf(state.label, scale),
            ...(index % 2
              ? { x: points[k][0] - 5, y: points[k][1] - 5, width: 10, height: 10, rx: 2 }
              : { cx: points[k][0], cy: points[k][1], r: 5.5 }),
          }),
        ),
      );
    });
    return svg;
  }

  /** The names of the grid lines: of the lowest, the middle and the highest class, or of probabilities and scores. */
  #axis() {
    const [{ scale, states }] = this.models,
      { kind, classes, range } = scale,
      middle = (classes.length - 1) / 2;
    if (kind === "score")
      return [
        [0, String(range[0])],
        [0.5, String((range[0] + range[1]) / 2)],
        [1, String(range[1])],
      ];
    if (kind === "nominal")
      return [
        [0, "0 %"],
        [0.5, "50 %"],
        [1, `probability of ${nameOf(states.at(-1).label, scale)}: 100 %`],
      ];
    return [
      [0, classes[0]],
      [0.5, Number.isInteger(middle) ? classes[middle] : ""],
      [1, classes.at(-1)],
    ];
  }

  #drawSplit(svg, x, top, tall) {
    svg.append(
      element("line", { class: "tn-split", x1: x, x2: x, y1: top - 14, y2: top + tall + 8 }),
      element("path", { class: "tn-split-mark", d: `M${x - 5} ${top - 18}h10l-5 7z` }),
    );
  }

  #select(k) {
    this.selected = k;
    this.columns.forEach((band, index) => band.classList.toggle("tn-shown", index === k));
    const prefix = this.words.slice(0, k + 1).join(" ");
    this.detail.replaceChildren(
      element(
        "p",
        { class: "tn-phrase", dir: "auto" },
        prefix.length > 90 ? `… ${[...prefix].slice(-88).join("")}` : prefix,
      ),
      ...this.models.map(({ scale, states }) =>
        element(
          "div",
          {},
          element("p", { class: "tn-model" }, scale.name),
          states[k].probabilities.length ? probabilityTable(states[k], scale) : nameOf(states[k].label, scale),
        ),
      ),
    );
  }

  #spoken() {
    return this.models
      .map(
        ({ scale, states }) =>
          `${scale.name}: ${this.words
            .map((word, k) => `${word} ${nameOf(states[k].label, scale)}`)
            .slice(0, 60)
            .join(", ")}`,
      )
      .join(". ");
  }
}

/** Draw a sentence of `treenn predict --json`, without edits; `scale` has the names of the classes. */
export function drawPrediction(parent, sentence, scale, options = {}) {
  const session = new TreeSession({ scales: [scale] });
  session.load(treeOfPrediction(sentence));
  return new TreeView(parent, session, { editable: false, ...options });
}
