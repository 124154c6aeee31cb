/** The page of `treenn label --web`: a host of tree.mjs that performs the actions of `treenn/labelling/page.py`. */

import { askServer } from "./ask_server.mjs";
import {
  TreeError,
  TreeSession,
  TreeView,
  checkTree,
  chipOf,
  cropped,
  element,
  moveLeft,
  moveRight,
  nameOf,
  reshape,
  rotateLeft,
  rotateRight,
  spansOf,
  visible,
  wordsOf,
} from "./tree.mjs";

const part = (id) => document.getElementById(id);
const EDITS = new Map([
  [rotateLeft, "rotate_left"],
  [rotateRight, "rotate_right"],
  [moveLeft, "move_left"],
  [moveRight, "move_right"],
]);
const KEYS = [
  ["0 to 9", "label the phrase with this class"],
  ["Y", "accept the proposed class of the phrase"],
  ["Enter", "accept the rest of the sentence as proposed"],
  ["X", "no label for the phrase"],
  ["B, N", "back, next phrase without an answer"],
  ["S, G", "skip the sentence; list of sentences"],
  ["U, Z", "undo; redo is Shift + U, Shift + Z or Ctrl + Y"],
  ["arrow keys", "walk the tree: up to the bracket, down to its parts, left and right to neighbours"],
  ["L, R", "rotate a bracket to the left, to the right"],
  ["Shift + ←, →", "move a phrase to its neighbour"],
  ["Space, F", "fold or unfold a bracket, everything"],
  ["O", "turn the tree: words at the bottom, or one per line"],
  ["+, −", "zoom in, out"],
  ["C", "copy: brackets, SVG, PNG"],
  ["?", "this list"],
];
const LINES = [
  "A phrase with a dashed border is unanswered: a pale colour is the proposed class, none is no proposal.",
  "Every answer is saved before the next question. The page may be closed at any time.",
];
const STALE = "Another tab has changed this session. Nothing was done here; this is the new state.";
const page = {
  session: null,
  view: null,
  about: null,
  revision: 0,
  queue: Promise.resolve(),
  round: 0,
  waiting: 0,
  ended: false,
};

// ------------------------------------------------------------------------------------------------------------- server

const MESSAGES = {
  unreachable:
    "The server does not answer; this last action is not saved, all others are. " +
    "Start the command again, and open the new address.",
  refused: (problem) => `Not done: ${problem}.`,
};

const ask = (action, body = {}) => askServer(action, body, MESSAGES);

function showProblem(message) {
  part("problem").textContent = message ? visible(message) : "";
  part("problem").hidden = !message;
}

/**
 * Perform an action after those before it, and show the new state.
 *
 * The node is the active one at that time, so that keys may be pressed faster than the server answers. After an error,
 * the waiting actions are dropped.
 */
function perform(action, value = null, { number = null } = {}) {
  const { round } = page;
  wait(1);
  page.queue = page.queue.then(async () => {
    if (round === page.round) await performNow(action, value, number);
    wait(-1);
  });
  return page.queue;
}

async function performNow(action, value, number) {
  try {
    const node = number === null ? page.session.numberOf(page.view.active) : null;
    const answer = await ask("perform", { action, value: number ?? value, node, revision: page.revision });
    showProblem(answer.stale ? STALE : "");
    if (answer.stale) page.round += 1;
    show(answer, action);
  } catch (error) {
    page.round += 1;
    showProblem(error.message);
  }
}

function wait(change) {
  page.waiting += change;
  document.documentElement.dataset.busy = String(page.waiting > 0);
}

// ------------------------------------------------------------------------------------------------------------ session

/** The tree of the question, whose edits and history are those of the server. */
class LabelSession extends TreeSession {
  get canUndo() {
    return this.shown?.can_undo ?? false;
  }

  get canRedo() {
    return this.shown?.can_redo ?? false;
  }

  /** Show the state of the server; `node` becomes the active node. */
  show(view) {
    const isSame = this.shown?.number === view.number && wordsOf(this.root).join(" ") === view.words.join(" ");
    const given = checkTree(view),
      root = isSame ? reshape(this.root, view.merges).root : given.at(-1);
    const own = new Map([...spansOf(root)].map(([node, span]) => [span.join(), node]));
    const spans = spansOf(given.at(-1));
    this.numbered = given.map((node) => own.get(spans.get(node).join()));
    this.numbers = new Map(this.numbered.map((node, number) => [node.id, number]));
    const states = new Map();
    this.numbered.forEach((node, number) => {
      const label = view.labels[number];
      if (label !== null || view.answered[number]) states.set(node, [{ label, probabilities: [] }]);
    });
    const focus = this.numbered[view.node].id;
    const entry = { root, states, confidence: new Map(), changed: new Set(), focus, pending: false, error: "" };
    [this.history, this.position, this.shown] = [[entry], 0, view];
    if (!isSame) this.emit({ kind: "load" });
    this.emit({ kind: "answer", focus });
  }

  numberOf(id) {
    return this.numbers.get(id) ?? this.shown.node;
  }

  isAnswered(node) {
    return this.shown.answered[this.numberOf(node.id)];
  }

  remark(node) {
    return this.isAnswered(node) ? "" : this.state(node) ? "proposed" : "unanswered";
  }

  apply(edit, node) {
    edit(this.root, node); // an impossible edit throws TreeError
    return perform(EDITS.get(edit));
  }

  undo() {
    perform("undo");
  }

  redo() {
    perform("redo");
  }
}

// --------------------------------------------------------------------------------------------------------------- page

function show({ revision, view }, action = null) {
  const before = page.session.shown;
  page.revision = revision;
  page.session.show(view);
  const isNew = before?.number !== view.number;
  if (isNew) part("sentence").scrollIntoView({ block: "nearest" });
  if (isNew && before && !document.activeElement.closest("#ask, dialog")) focusTree();
  drawWhere(view);
  drawQuestion();
  part("done").hidden = !view.is_done;
  if (view.is_done && !page.ended && page.about.other) showAgreement();
  else if (!part("agreement").hidden && action !== null) part("agreement").hidden = !view.is_done;
  page.ended = view.is_done;
  if (action !== null) say(view);
}

function say(view) {
  const phrase = view.words.slice(...view.span).join(" ");
  const where = `Sentence ${view.number + 1}, phrase ${view.question} of ${view.labels.length}`;
  part("status").textContent = view.is_done ? "All sentences are done." : `${where}: ${cropped(visible(phrase), 120)}`;
}

function focusTree() {
  page.view.items.get(page.view.active)?.group.focus({ preventScroll: true });
}

function activeNode() {
  return page.session.numbered[page.session.numberOf(page.view.active)];
}

function drawWhere(view) {
  const state = { labelled: " (labelled)", skipped: " (skipped)" }[view.state] ?? "";
  part("count").textContent =
    `Sentence ${view.number + 1} of ${view.sentences}${state} · ${view.labelled} labelled, ${view.skipped} skipped`;
  part("bar").value = (view.labelled + view.skipped) / view.sentences;
}

/** The question about the active node, which the arrow keys may have moved. */
function drawQuestion() {
  const { session } = page,
    view = session.shown,
    node = activeNode(),
    number = session.numberOf(node.id);
  const [start, end] = spansOf(session.root).get(node);
  const words = view.words.map(visible);
  const [before, phrase, after] = [words.slice(0, start), words.slice(start, end), words.slice(end)].map((each) =>
    each.join(" "),
  );
  part("sentence").replaceChildren(before && `${before} `, element("mark", {}, phrase), after && ` ${after}`);
  part("phrase").textContent = cropped(phrase, 160);
  part("question").textContent = questionText(view, number);
  const label = view.labels[number],
    answered = view.answered[number];
  [...part("classes").children].forEach((button, index) => {
    button.setAttribute("aria-pressed", String(answered && label === index));
    button.classList.toggle("proposed", !answered && label === index);
  });
  drawAcceptRest(view);
  page.buttons.accept.hidden = answered || label === null;
}

/** The button for the rest of the sentence, which needs a class of the whole sentence. */
function drawAcceptRest(view) {
  const button = page.buttons.accept_rest,
    root = view.labels.length - 1;
  const open = view.labels.filter((_, number) => !view.answered[number]),
    isProposed = open.some((label) => label !== null);
  button.hidden = !view.answered[root] && view.labels[root] === null;
  const [verb, count] = [isProposed ? "Accept" : "No label:", open.length === view.labels.length ? "all" : "other"];
  button.firstChild.textContent = open.length ? `${verb} ${count} ${open.length}` : "Next unfinished";
}

function questionText(view, number) {
  const label = view.labels[number],
    name = nameOf(label, page.session.scales[0]);
  if (view.answered[number]) return label === null ? "Answered: no label" : `Answered: ${name}`;
  return label === null ? "Which class?" : `Proposed: ${name}`;
}

function button(text, key, run, name = null) {
  const made = element("button", { type: "button", onclick: run }, element("span", {}, text));
  if (key) made.append(element("kbd", {}, key));
  if (name) made.dataset.action = name;
  return made;
}

function build(about) {
  page.about = about;
  page.session = new LabelSession({ scales: [about.scale] });
  const [scale] = page.session.scales;
  const parts = [about.file, about.annotator && `annotator ${about.annotator}`, about.blind && "blind"].filter(Boolean);
  part("about").textContent = visible(parts.join(" · "));
  document.title = `${visible(about.annotator ?? about.file)} · treenn labelling`;
  const digits = Object.fromEntries(Object.entries(about.keys).map(([digit, label]) => [label, digit]));
  part("classes").replaceChildren(
    ...scale.classes.map((name, label) => {
      const made = button(cropped(name, 40), digits[label], () => perform("label", label));
      made.prepend(chipOf(label, scale));
      return made;
    }),
  );
  const actions = [
    ["accept", "Accept", "Y"],
    ["label", "No label", "X"],
    ["accept_rest", "Accept the rest", "Enter"],
    ["back", "Back", "B"],
    ["forward", "Next", "N"],
    ["skip", "Skip", "S"],
  ];
  page.buttons = Object.fromEntries(
    actions.map(([action, text, key]) => [action, button(text, key, () => perform(action), action)]),
  );
  part("actions").replaceChildren(...Object.values(page.buttons));
  part("open-agreement").hidden = !about.other;
}

function buildTree() {
  const help = { keys: KEYS, lines: LINES };
  const stageOf = (node) => (page.session.isAnswered(node) ? "" : "open");
  const onselect = () => page.view && drawQuestion();
  page.view = new TreeView(part("tree"), page.session, { words: false, linkBase: false, help, onselect, stageOf });
  for (const [name, title] of Object.entries({ undo: "Undo (U)", redo: "Redo (Shift + U)" })) {
    page.view.buttons[name].title = title;
    page.view.buttons[name].setAttribute("aria-label", title);
  }
}

// ---------------------------------------------------------------------------------------------------------- sentences

async function openList(start = null) {
  const from = start ?? Math.max(page.session.shown.number - 3, 0);
  try {
    const { rows, next } = await ask("sentences", { start: from, open_only: part("open-only").checked });
    part("rows").replaceChildren(...rows.map(sentenceRow));
    Object.assign(part("later"), { disabled: next === null, onclick: () => openList(next) });
    part("number").max = page.session.shown.sentences;
    if (!part("list").open) part("list").showModal();
    part("rows").scrollTop = 0;
  } catch (error) {
    showProblem(error.message);
  }
}

function sentenceRow({ number, text, state, label }) {
  const [scale] = page.session.scales;
  const mark = state === "labelled" ? chipOf(label, scale) : element("span", { class: "state" }, STATES[state]);
  const name = state === "labelled" ? nameOf(label, scale) : state;
  const made = element(
    "button",
    {
      type: "button",
      onclick: () => goTo(number),
      "aria-current": number === page.session.shown.number ? "true" : null,
    },
    element("span", { class: "number" }, String(number + 1)),
    mark,
    element("span", { class: "text", dir: "auto" }, cropped(visible(text), 120)),
    element("span", { class: "tn-status" }, `, ${name}`),
  );
  return element("li", {}, made);
}

const STATES = { new: "", unfinished: "…", skipped: "skipped" };

function goTo(number) {
  part("list").close();
  return perform("go_to", null, { number }).then(focusTree);
}

// ---------------------------------------------------------------------------------------------------------- agreement

async function showAgreement() {
  const text = part("agreement-text");
  part("agreement").hidden = false;
  try {
    text.replaceChildren(...agreementParts(await ask("agreement")));
  } catch (error) {
    text.replaceChildren(element("p", {}, visible(error.message)));
  }
  part("agreement").scrollIntoView({ block: "nearest" });
}

function agreementParts({ first, second, counts, rows, classes, confusion, total, disagreements }) {
  const parts = counts.map((line) => element("p", { class: "soft" }, visible(`${line}.`)));
  parts.push(table("Agreement", ["", "sentences", "phrases and words"], rows));
  const crossed = classes.map((name, index) => [name, ...confusion[index]]);
  parts.push(table(`Phrases and words: ${first} in rows, ${second} in columns`, ["", ...classes], crossed));
  if (disagreements === null)
    parts.push(
      element(
        "p",
        {},
        `${total} disagreements; they are listed when all sentences are labelled or skipped (blind mode).`,
      ),
    );
  else if (total) parts.push(disagreementTable(first, second, total, disagreements));
  return parts;
}

function table(caption, head, rows) {
  const cells = (row) =>
    row.map((cell, index) =>
      element(index ? "td" : "th", index ? {} : { scope: "row" }, cell instanceof Node ? cell : visible(String(cell))),
    );
  const body = rows.map((row) => element("tr", {}, ...cells(row)));
  const titles = head.map((title) => element("th", { scope: "col" }, visible(title)));
  const made = element(
    "table",
    {},
    element("caption", {}, visible(caption)),
    element("thead", {}, element("tr", {}, ...titles)),
    element("tbody", {}, ...body),
  );
  return element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": visible(caption) }, made);
}

function disagreementTable(first, second, total, rows) {
  const caption = total > rows.length ? `Disagreements: ${total}, the first ${rows.length}` : `Disagreements: ${total}`;
  const link = ({ phrase, number }) =>
    number === null
      ? phrase
      : element("button", { type: "button", class: "link", onclick: () => goTo(number) }, cropped(visible(phrase), 80));
  return table(
    caption,
    ["phrase", first, second],
    rows.map((row) => [link(row), row.first, row.second]),
  );
}

// --------------------------------------------------------------------------------------------------------------- keys

function edit(run) {
  try {
    page.session.apply(run, activeNode());
  } catch (error) {
    if (!(error instanceof TreeError)) throw error;
    showProblem(`Not possible: ${error.message}.`);
  }
}

/** The action of a key, wherever the focus is; null for the keys of the tree. */
function actionOf(event) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey)
    return { z: () => perform(event.shiftKey ? "redo" : "undo"), y: () => perform("redo") }[key.toLowerCase()] ?? null;
  if (event.altKey) return null;
  if (key in page.about.keys) return () => perform("label", page.about.keys[key]);
  if (key === "Enter") return event.target.closest?.("button, a") ? null : () => perform("accept_rest");
  const undo = () => perform(event.shiftKey ? "redo" : "undo");
  const actions = {
    y: () => perform("accept"),
    x: () => perform("label", null),
    b: () => perform("back"),
    n: () => perform("forward"),
    s: () => perform("skip"),
    g: () => openList(),
    u: undo,
    z: undo,
    l: () => edit(rotateLeft),
    r: () => edit(rotateRight),
    "?": () => page.view.help.showModal(),
  };
  return actions[key.toLowerCase()] ?? null;
}

function pressed(event) {
  if (!page.view || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input, .tn-menu:not([hidden])")) return;
  const run = actionOf(event);
  if (!run) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}

document.addEventListener("keydown", pressed, { capture: true });
part("open-list").addEventListener("click", () => openList());
part("open-agreement").addEventListener("click", () => showAgreement());
part("close-list").addEventListener("click", () => part("list").close());
part("earlier").addEventListener("click", () => openList(0));
part("open-only").addEventListener("change", () => openList(0));
part("list").addEventListener("click", (event) => event.target === part("list") && part("list").close());
part("go").addEventListener("submit", (event) => {
  event.preventDefault();
  goTo(part("number").valueAsNumber - 1);
});

try {
  const { session, ...state } = await ask("state");
  build(session);
  page.session.show(state.view);
  buildTree();
  show(state);
  focusTree();
  drawQuestion();
} catch (error) {
  showProblem(error.message);
}
document.documentElement.dataset.ready = "true";
