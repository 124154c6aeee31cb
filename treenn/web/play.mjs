/**
 * The page of `treenn play`: a host of tree.mjs.
 *
 *   import { openPlayground } from "./play.mjs";
 *   await openPlayground(async (action, request) => answer);
 *
 * `server_host.mjs` asks the server of `treenn/web/server.py`; `static_host.mjs` asks a worker in the page. The actions
 * and their answers are those of `treenn.web.playground`.
 */

import {
  CurveView,
  TreeError,
  TreeSession,
  TreeView,
  checkScale,
  chipOf,
  cropped,
  element,
  fromHash,
  glyphOf,
  nameOf,
  percent,
  postOrder,
  reshape,
  sameClasses,
  spansOf,
  toFlat,
  toHash,
  visible,
} from "./tree.mjs";

const EXAMPLES = [
  "Nobody who likes films would say that this was not good.",
  "It's not a great movie, but the last ten minutes are wonderful.",
  "A film that is neither as funny nor as clever as it thinks it is.",
  "Although the plot, which takes far too long to get going, is not exactly new, the cast is so good, and the dialogue so sharp and so funny, that you hardly notice, and by the end you do not want to leave.",
];
const LONGEST_HASH = 8000;
const part = (id) => document.getElementById(id);
const page = { scales: [], sentences: [], index: 0, session: null, views: [], curve: null, chart: false, asked: 0 };

/** Answer an action; the error's message is for the user. Set by `openPlayground`. */
let ask = null;

function showProblem(error) {
  part("problem").textContent = error ? `${visible(error.message)}` : "";
  part("problem").hidden = !error;
}

/** Run a task that asks for answers, with its errors on the page. */
async function busy(text, task) {
  const number = ++page.asked;
  showProblem(null);
  part("draw").setAttribute("aria-busy", "true");
  const timer = setTimeout(() => (part("waiting").textContent = text), 250);
  try {
    await task(() => number === page.asked);
  } catch (error) {
    if (number === page.asked) showProblem(error);
  }
  clearTimeout(timer);
  if (number === page.asked) {
    part("waiting").textContent = "";
    part("draw").removeAttribute("aria-busy");
  }
}

const draw = (body) =>
  busy("Parsing …", async (isLatest) => {
    const { sentences } = await ask("parse", body);
    if (!isLatest()) return;
    page.sentences = sentences;
    show(0);
  });

const newSession = () =>
  new TreeSession({ scales: page.scales, recompute: (tree, nodes) => ask("states", { ...tree, nodes }) });

/** Show a sentence of the answer. */
function show(index) {
  page.index = index;
  const session = newSession();
  session.load(page.sentences[index].tree);
  start(session);
  drawSentences();
}

/** Show a session: its views, the parser's figures and the curves. */
function start(session) {
  page.views.forEach((view) => view.destroy());
  page.session = session;
  part("answer").hidden = false;
  const panels = page.scales.map(() => element("section", { class: "panel" }));
  part("trees").replaceChildren(...panels);
  page.verdicts = panels.map((panel) => panel.appendChild(element("div", {})));
  page.views = panels.map(
    (panel, model) => new TreeView(panel, session, { model, label: `Tree, ${page.scales[model].name}` }),
  );
  drawLegend();
  session.subscribe((change) => update(change));
  update({ kind: "load" });
}

function update(change) {
  drawVerdicts();
  drawCount();
  drawParser();
  if (change.kind !== "pending") {
    updateAddress();
    updateCurves();
  }
}

/** The number of phrases that the last edit changed. */
function drawCount() {
  const count = page.session.current.changed.size,
    all = 2 * page.session.root.size - 1;
  const only = page.scales.every(({ local }) => local) ? "; only these were recomputed" : "";
  part("changed").textContent = count
    ? `The last edit changed ${count} of ${all} phrases, with thick borders${only}.`
    : all > 1
      ? `${all} phrases, ${page.session.root.size} of them words.`
      : "One word.";
}

function drawLegend() {
  const [first, ...others] = page.scales;
  const sameScores = (scale) =>
    scale.kind === "score" && first.kind === "score" && `${scale.range}` === `${first.range}`;
  const shared = others.every((scale) => sameClasses(scale, first) || sameScores(scale));
  const scales = shared ? [first] : page.scales;
  part("legend").replaceChildren(...scales.flatMap(keysOf));
}

/** The keys of a scale: its classes, or five scores of its range. */
function keysOf(scale) {
  const [low, high] = scale.range;
  if (scale.kind === "score") return [0, 1, 2, 3, 4].map((step) => chipOf(low + ((high - low) * step) / 4, scale));
  const name = (label) => (glyphOf(label, scale) === scale.classes[label] ? null : scale.classes[label]);
  return scale.classes.slice(0, 20).map((_, label) => element("span", {}, chipOf(label, scale), name(label)));
}

function drawVerdicts() {
  page.scales.forEach((scale, model) => {
    const state = page.session.state(page.session.root, model),
      parts = [element("h2", {}, scale.name)];
    if (state) {
      const name = scale.kind === "score" ? `of ${scale.range.join(" to ")}` : nameOf(state.label, scale);
      const share = state.probabilities.length ? ` ${percent(Math.max(...state.probabilities))}` : "";
      parts.push(element("span", { class: "class" }, chipOf(state.label, scale), `${name}${share}`));
    } else parts.push(element("span", { class: "class" }, page.session.current.pending ? "computing …" : ""));
    if (scale.about) parts.push(element("p", { class: "why" }, scale.about));
    page.verdicts[model].replaceChildren(element("div", { class: "verdict" }, ...parts), stack(state, scale) ?? "");
  });
}

function stack(state, scale) {
  if (scale.kind === "score") return null;
  const bar = element("div", { class: "stack", "aria-hidden": "true" });
  state?.probabilities.forEach((p, label) => {
    const segment = element("i", { title: `${scale.classes[label]} ${percent(p)}` });
    segment.style.width = `${100 * p}%`;
    segment.style.background = scale.colours[label];
    bar.append(segment);
  });
  return bar;
}

function drawSentences() {
  const buttons = page.sentences.map(({ text, tree }, index) => {
    const label = tree.models[0].labels.at(-1);
    return element(
      "button",
      { type: "button", "aria-pressed": String(index === page.index), onclick: () => show(index) },
      chipOf(label, page.scales[0]),
      element("span", {}, cropped(visible(text), 80)),
    );
  });
  part("sentences").replaceChildren(...buttons);
  part("sentences").hidden = buttons.length < 2;
}

// ------------------------------------------------------------------------------------------------------------- parser

const spanKeys = (root) =>
  [...spansOf(root)]
    .filter(([node]) => node.left)
    .map(([, span]) => span.join())
    .sort()
    .join(";");
const sameWords = (root, words) => toFlat(root).words.join(" ") === words.join(" ");
const small = (p) => (p >= 0.0095 ? percent(p) : p > 0 ? `${Number((100 * p).toPrecision(1))}\u00a0%` : "0\u00a0%");

function drawParser() {
  const sentence = page.sentences[page.index],
    { root } = page.session;
  const known = sentence && sameWords(root, sentence.tree.words);
  const shapes = known
    ? [sentence.tree.merges, sentence.second?.merges]
        .filter(Boolean)
        .map((merges) => spanKeys(reshape(root, merges).root))
    : [];
  const at = shapes.indexOf(spanKeys(root));
  part("parser-text").textContent = parserText(sentence, at, known);
  part("second").hidden = shapes.length < 2;
  if (shapes.length > 1)
    part("second").textContent = at === 1 ? "Show the parser's tree" : `Show the ${otherName(sentence)}`;
  part("again").hidden = at >= 0;
  page.shown = at;
}

function parserText(sentence, at, known) {
  if (!sentence) return "This tree is from a link.";
  if (!page.chart)
    return known && at === 0 ? "This is the parser's tree. The parser has no probabilities." : "This tree is edited.";
  const doubtful = postOrder(page.session.root).filter(
    (node) => node.left && node !== page.session.root && (page.session.confidence(node) ?? 1) < 0.5,
  );
  const brackets =
    doubtful.length === 0
      ? "Every bracket has a probability of at least 50\u00a0%."
      : `${doubtful.length} of ${page.session.root.size - 1} brackets ${doubtful.length > 1 ? "have" : "has"} a probability below 50\u00a0%, drawn with dotted lines.`;
  if (!known || at < 0) return `This tree is edited; the parser's tree is another one. ${brackets}`;
  if (!sentence.second) return `Parser's tree: ${small(sentence.probability)} of all trees' probability. ${brackets}`;
  const [own, other, name] = [small(sentence.probability), small(sentence.second.probability), otherName(sentence)];
  const why = name.startsWith("most") ? " The parser's tree has the largest expected number of correct brackets." : "";
  if (at === 1) return `This is the ${name}, with ${other}; the parser's tree has ${own}.${why} ${brackets}`;
  return `Parser's tree: ${own} of all trees' probability; the ${name}: ${other}.${why} ${brackets}`;
}

const otherName = ({ probability, second }) =>
  second.probability > probability ? "most probable tree" : "second-best tree";

part("second").addEventListener("click", () => {
  const { tree, second } = page.sentences[page.index];
  page.session.apply((root) => reshape(root, page.shown === 1 ? tree.merges : second.merges));
});

part("again").addEventListener("click", () => draw({ words: toFlat(page.session.root).words }));

// ------------------------------------------------------------------------------------------------------------- curves

let curveTimer = 0;

function updateCurves() {
  clearTimeout(curveTimer);
  curveTimer = setTimeout(async () => {
    const { session } = page,
      { root } = session,
      { words, merges } = toFlat(root);
    try {
      const { curves, longest } = await ask("prefixes", { words, merges });
      if (page.session !== session || session.root !== root) return;
      page.curve ??= new CurveView(part("curves"));
      part("curves").hidden = !curves;
      part("curves-text").textContent = curves
        ? "The prediction after each word. For a model over trees, it is that of the tree without the later words."
        : `The sentence has more than ${longest} words; there is no curve.`;
      if (curves) page.curve.update({ words, scales: page.scales, curves });
    } catch (error) {
      if (page.session === session) part("curves-text").textContent = visible(error.message);
    }
  }, 60);
}

/** Set the tree of the address; none if it is long, unless the page was opened with it. */
function updateAddress() {
  const hash = toHash(page.session.root),
    fits = hash.length < LONGEST_HASH || hash === location.hash;
  history.replaceState(null, "", fits ? hash : location.href.split("#")[0]);
}

// -------------------------------------------------------------------------------------------------------------- start

/** Parse the words of a link, so that its tree can be compared with the parser's. */
async function parseAgain(session, words) {
  const { sentences } = await ask("parse", { words });
  if (page.session !== session || sentences.length !== 1) return; // long sentences are divided
  page.sentences = sentences;
  page.index = 0;
  drawParser();
}

/** Show the tree of the address, if it has one. */
async function openAddress() {
  const tree = fromHash(location.hash);
  if (!tree) return false;
  part("text").value = tree.words.join(" ");
  const session = newSession();
  await session.load(tree);
  page.sentences = [];
  drawSentences();
  start(session);
  await busy("Parsing …", () => parseAgain(session, tree.words));
  return true;
}

part("examples").append(
  ...EXAMPLES.map((text) =>
    element(
      "button",
      { type: "button", title: text, onclick: () => ((part("text").value = text), draw({ text })) },
      cropped(text, 70),
    ),
  ),
);
part("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = part("text").value.trim();
  if (text) draw({ text });
  else showProblem(new Error("Type a sentence first."));
});
part("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  part("ask").requestSubmit();
});
/** Show the tree of the address; false if it has none. */
async function openLink() {
  try {
    return await openAddress();
  } catch (error) {
    if (!(error instanceof TreeError)) throw error;
    showProblem(new Error(`This link has no valid tree: ${error.message}.`));
    return true;
  }
}

if (!CSS.supports("field-sizing", "content")) {
  part("text").addEventListener("input", ({ target }) => {
    target.style.height = "auto";
    target.style.height = `${target.scrollHeight}px`;
  });
}
addEventListener("hashchange", openLink);

/** Open the page with the function that answers its actions. */
export async function openPlayground(answer) {
  ask = answer;
  await busy("Loading …", async () => {
    const { scales, chart } = await ask("scales", {});
    Object.assign(page, { scales: scales.map(checkScale), chart });
  });
  if (page.scales.length) {
    part("text").focus();
    if (!(await openLink())) {
      part("text").value = EXAMPLES[0];
      part("text").select();
      await draw({ text: EXAMPLES[0] });
    }
  }
  document.documentElement.dataset.ready = "true";
}
