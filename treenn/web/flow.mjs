/** The page of `treenn explain --html`: numbers of one sentence in networks, up to the prediction and back down. */

import {
  TreeSession,
  TreeView,
  checkScale,
  chipOf,
  cropped,
  element,
  firstWords,
  nameOf,
  percent,
  postOrder,
  probabilityTable,
  visible,
} from "./tree.mjs";

const at = (id) => document.getElementById(id);
const data = JSON.parse(at("data").textContent);
const WAIT = 1100; // milliseconds between steps while playing
const length = Math.max(...data.flows.map((flow) => flow.length));
const PREDICTION = length + 1;
const LAST = 2 * length + 2;

/** Signed bytes in base64 as numbers. */
function decode([largest, text]) {
  const bytes = Int8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return { largest, bytes };
}

const number = (value) =>
  value === 0 ? "0" : Math.abs(value) < 0.001 ? value.toExponential(1).replace("-", "−") : value.toPrecision(2);

/** An element of MathML. */
function math(tag, ...children) {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  made.append(...children);
  return made;
}

/** A symbol of the equations, such as f with the subscript l. */
function symbol(name) {
  const [base, below] = name.split("_");
  return below ? math("msub", math("mi", base), math("mi", below)) : math("mi", base);
}

/** The derivative of the loss w.r.t. a symbol. */
function derivative(name) {
  const above = math("mrow", math("mo", "∂"), math("mi", "L"));
  return math("mfrac", above, math("mrow", math("mo", "∂"), symbol(name)));
}

/** Stripes of a vector, one per unit: blue above 0, orange below, gates from empty to full. */
function paint(canvas) {
  const { largest, bytes } = canvas.vector,
    style = getComputedStyle(document.body);
  const colours = ["--fl-plus", "--fl-minus"].map((name) => {
    const text = style.getPropertyValue(name).trim();
    return [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16));
  });
  canvas.width = Math.max(bytes.length, 1);
  canvas.height = 1;
  const context = canvas.getContext("2d"),
    image = context.createImageData(canvas.width, 1);
  const full = Math.max(canvas.full, largest);
  bytes.forEach((byte, unit) => {
    const value = (byte / 127) * (full ? largest / full : 0),
      colour = colours[value < 0 ? 1 : 0];
    image.data.set([...colour, Math.round(255 * Math.min(1, Math.abs(value)))], 4 * unit);
  });
  context.putImageData(image, 0, 0);
}

function stripes(vector, gradient, label) {
  const canvas = element("canvas", { class: "fl-stripes", role: "img", "aria-label": label });
  canvas.vector = decode(gradient ? vector.gradient : vector.values);
  // Gates are from 0 to 1, other values relative to the largest of the vector.
  canvas.full = !gradient && isGate(vector) ? 1 : 0;
  paint(canvas);
  return canvas;
}

/** The time at which a pass computes a node. */
const timeOf = ({ start, steps }, node) => start + steps.findIndex((nodes) => nodes.includes(node)) + 1;

/** The vector of a node that heads and the next pass read. */
const outputOf = ({ nodes, output }, node) =>
  nodes[node].find((vector) => vector.name === output[0]) ?? nodes[node].at(-1);

const isGate = (vector) => /\bgate\b/.test(vector.role);

/** The steps of a network and their vectors. */
class Network {
  constructor(flow, host, index) {
    this.flow = flow;
    this.scale = checkScale(flow.scale);
    this.words = data.words.map(visible);
    this.chosen = null;
    this.time = 0;
    this.now = this.steps(0);
    this.largest = this.#largest();
    this.view = element("div", { class: "fl-drawing" });
    this.title = element("p", { class: "fl-title" });
    this.choices = element("div", {
      class: "fl-choices",
      role: "group",
      "aria-label": `Phrases of the step, ${flow.name}`,
    });
    this.detail = element("div", { class: "fl-detail" });
    host.append(this.view, this.title, this.choices, this.detail);
    this.equations = host.closest("section").querySelector(".fl-equations");
    if (flow.kind === "tree") this.#drawTree(index);
    else this.#drawChain();
  }

  /** The largest norms of each symbol and of all gradients. */
  #largest() {
    const norms = { gradient: 0 };
    for (const { nodes } of this.flow.passes)
      for (const vectors of Object.values(nodes))
        for (const { name, norm, gradientNorm } of vectors) {
          norms[name] = Math.max(norms[name] ?? 0, norm);
          norms.gradient = Math.max(norms.gradient, gradientNorm);
        }
    norms.x = Math.max(...this.flow.words.map((word) => word.norm));
    norms.gradient = Math.max(norms.gradient, ...this.flow.words.map((word) => word.gradientNorm));
    return norms;
  }

  #drawTree(index) {
    const { flow, scale } = this,
      session = new TreeSession({ scales: [scale] });
    session.load({
      words: data.words,
      merges: flow.merges,
      models: [
        {
          labels: flow.labels,
          probabilities: flow.probabilities.map((shares) => (shares.length ? shares : null)),
          unknown: flow.unknown,
        },
      ],
    });
    const order = postOrder(session.root),
      first = Math.min(...order.map((node) => node.id)); // ids are in the order of the nodes' numbers
    this.nodes = new Map(order.map((node) => [node.id - first, node]));
    this.tree = new TreeView(this.view, session, {
      editable: false,
      toolbar: false,
      label: `Tree, ${flow.name}`,
      stageOf: (node) => this.#stage(node.id - first),
      onselect: (node) => this.choose(node.id - first),
    });
    this.view.setAttribute("data-flow", index);
  }

  #drawChain() {
    const { flow, words } = this;
    this.cells = new Map();
    const rows = flow.passes.map((sweep, row) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, sweep.name),
        ...words.map((word, index) => {
          const button = element("button", {
            type: "button",
            class: "fl-cell",
            "aria-label": `${word}, ${sweep.name}`,
            onclick: () => this.choose(index, row),
          });
          this.cells.set(`${row} ${index}`, button);
          return element("td", {}, button);
        }),
      ),
    );
    this.after = words.map(() => element("td", { class: "fl-after" }));
    const head = element("tr", {}, element("td"), ...words.map((word) => element("th", { scope: "col" }, word)));
    const foot = element("tr", {}, element("th", { scope: "row" }, "class so far"), ...this.after);
    const frame = element("div", {
      class: "fl-chain",
      tabindex: 0,
      role: "group",
      "aria-label": `Steps of ${flow.name}`,
    });
    frame.append(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows, foot)));
    this.view.append(frame);
  }

  /** A time: `{gradient, forward, active}`, with the active passes as `{row, nodes}`. */
  steps(time) {
    const gradient = time > PREDICTION,
      back = time - PREDICTION,
      forward = gradient ? this.flow.length + 1 - back : time;
    const active = [];
    this.flow.passes.forEach((sweep, row) => {
      const nodes = sweep.steps[forward - 1 - sweep.start];
      if (nodes) active.push({ row, nodes });
    });
    return { gradient, forward, active };
  }

  /** "later" for a node without a state so far, "now" for one of the step. */
  #stage(node) {
    const { gradient, forward, active } = this.now;
    if (active.some(({ nodes }) => nodes.includes(node))) return "now";
    const times = this.flow.passes.map((sweep) => timeOf(sweep, node));
    return !gradient && Math.min(...times) > forward ? "later" : "";
  }

  show(time) {
    this.time = time;
    this.now = this.steps(time);
    const { active } = this.now;
    if (active.length) this.chosen = { row: active.at(-1).row, node: active.at(-1).nodes.at(-1) };
    else if (time >= PREDICTION && !this.now.gradient) this.chosen = this.#root();
    this.#draw();
  }

  #root() {
    const row = this.flow.passes.length - 1;
    const node = this.flow.kind === "tree" ? 2 * this.words.length - 2 : this.words.length - 1;
    return { row, node };
  }

  choose(node, row = null) {
    const rows = this.now.active.filter(({ nodes }) => nodes.includes(node)).map(({ row }) => row);
    this.chosen = { node, row: row ?? rows.at(-1) ?? this.#lastRow(node) };
    this.#drawDetail();
    this.#drawChoices();
  }

  #lastRow(node) {
    const { forward, gradient } = this.now;
    const done = this.flow.passes
      .map((sweep, row) => [row, timeOf(sweep, node)])
      .filter(([, time]) => gradient || time <= forward);
    return done.at(-1)?.[0] ?? 0;
  }

  #draw() {
    if (this.tree) this.tree.redraw();
    else this.#fillChain();
    this.title.textContent = this.heading();
    this.#drawChoices();
    this.#drawDetail();
  }

  /** The step in words. */
  heading() {
    const { flow, time } = this,
      { gradient, forward, active } = this.now;
    if (time === 0) return "Word vectors; nothing is computed so far.";
    if (time === PREDICTION) return this.#outcome();
    if (!active.length)
      return gradient ? "The gradient has reached every word." : `Done; waiting for the other network.`;
    const places = active.map(({ row, nodes }) => {
      const sweep = flow.passes[row],
        step = forward - sweep.start,
        total = sweep.steps.length;
      const unit = flow.kind === "tree" ? "level" : nodes.length > 1 ? "step" : "word";
      const list =
        nodes.length > 4 ? `${nodes.length} phrases` : nodes.map((node) => `“${this.phrase(node)}”`).join(", ");
      const name = flow.passes.length > 1 ? `${sweep.name}, ` : "";
      return `${name}${unit} ${step} of ${total}: ${list}`;
    });
    return `${gradient ? "Gradient, " : ""}${places.join("; ")}`;
  }

  #outcome() {
    const { final, loss } = this.flow,
      name = nameOf(final.label, this.scale);
    const sure = final.probabilities.length ? ` with ${percent(Math.max(...final.probabilities))}` : "";
    const what = final.probabilities.length
      ? `; the loss L = −log p is ${number(loss)}`
      : "; L is the score from −1 to 1";
    return `Prediction: ${name}${sure}${what}.`;
  }

  phrase(node) {
    if (this.flow.kind !== "tree") return cropped(this.words[node], 24);
    return cropped(visible(firstWords(this.nodes.get(node), 12).join(" ")), 34);
  }

  #fillChain() {
    const { flow, scale } = this,
      { gradient, forward } = this.now;
    for (const [key, button] of this.cells) {
      const [row, word] = key.split(" ").map(Number),
        sweep = flow.passes[row],
        time = timeOf(sweep, word);
      const done = gradient || time <= forward;
      button.className = `fl-cell${time === forward ? " fl-now" : ""}${done ? "" : " fl-later"}`;
      if (time === forward) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      const shown = gradient ? time >= forward : done;
      button.replaceChildren(shown ? stripes(outputOf(sweep, word), gradient, "") : "·");
    }
    this.#scrollChain();
    this.after.forEach((cell, word) => {
      const time = Math.max(...flow.passes.map((sweep) => timeOf(sweep, word))),
        label = flow.labels[word];
      const shown = gradient || time <= forward;
      cell.replaceChildren(shown ? chipOf(label, scale, { class: "fl-chip", title: nameOf(label, scale) }) : "");
    });
  }

  /** Scroll the table of steps so that the current one is visible. */
  #scrollChain() {
    const frame = this.view.firstChild,
      cell = this.view.querySelector("[aria-current]");
    if (!cell) return;
    const [a, b] = [frame.getBoundingClientRect(), cell.getBoundingClientRect()];
    frame.scrollLeft += Math.min(b.left - a.left - 90, 0) + Math.max(b.right - a.right + 30, 0);
  }

  /** The phrases of a step as buttons, with the share of the largest gradient. */
  #drawChoices() {
    const { active, gradient } = this.now;
    const buttons = active.flatMap(({ row, nodes }) =>
      nodes.map((node) => {
        const chosen = this.chosen?.node === node && this.chosen.row === row;
        const norm = outputOf(this.flow.passes[row], node).gradientNorm;
        const name = active.length > 1 ? `${this.phrase(node)} (${this.flow.passes[row].name})` : this.phrase(node);
        const button = element(
          "button",
          { type: "button", "aria-pressed": String(chosen), onclick: () => this.choose(node, row) },
          element("span", { dir: "auto" }, name),
          gradient ? bar(norm / this.largest.gradient, "fl-small") : null,
          gradient ? element("span", { class: "fl-number" }, number(norm)) : null,
        );
        return button;
      }),
    );
    const focused = [...this.choices.children].indexOf(document.activeElement);
    this.choices.replaceChildren(...(buttons.length > 1 ? buttons : []));
    this.choices.children[focused]?.focus();
  }

  #drawDetail() {
    const { chosen, time } = this,
      { gradient } = this.now;
    if (time === 0 || !chosen) return this.detail.replaceChildren();
    const sweep = this.flow.passes[chosen.row],
      vectors = sweep.nodes[chosen.node] ?? [];
    const rows = [
      ...this.#inputs(sweep, chosen.node).map(([vector, origin]) => this.#row(vector, gradient, origin)),
      ...vectors.map((vector) => this.#row(vector, gradient)),
    ];
    const head = gradient ? ["gradient", "", "", "length", "units"] : ["symbol", "", "", "mean or length", "units"];
    const caption = `${gradient ? "Gradients at" : "Numbers of"} “${this.phrase(chosen.node)}”`;
    const table = element(
      "table",
      { class: "fl-vectors" },
      element("caption", { dir: "auto" }, caption),
      element("thead", {}, element("tr", {}, ...head.map(headCell))),
      element("tbody", {}, ...rows),
    );
    const parts = [table];
    const state = this.#stateOf(chosen.node);
    if (!gradient && state)
      parts.push(
        element(
          "div",
          { class: "fl-classes" },
          element("p", {}, this.flow.kind === "tree" ? "Classes of this phrase" : "Classes after this word"),
          probabilityTable(state, this.scale),
        ),
      );
    this.#markEquations(sweep.section);
    return this.detail.replaceChildren(...parts);
  }

  #stateOf(node) {
    const probabilities = this.flow.probabilities[node];
    return probabilities?.length ? { label: this.flow.labels[node], probabilities } : null;
  }

  /** The vectors that a node reads, each with a text on its origin. */
  #inputs(sweep, node) {
    const { flow } = this,
      n = this.words.length,
      word = [[flow.words[node], "word vector"]];
    const states = (from, other, text) => {
      const vectors = from.nodes[other] ?? [],
        output = vectors.filter((vector) => from.output.includes(vector.name));
      return (output.length ? output : vectors.slice(-1)).map((vector) => [vector, text]);
    };
    const row = flow.passes.indexOf(sweep);
    if (flow.kind === "tree") {
      if (row > 0) return []; // the pass from the root down
      if (node < n) return word;
      return flow.merges[node - n].flatMap((child) => states(sweep, child, `of “${this.phrase(child)}”`));
    }
    const step = sweep.steps.findIndex((nodes) => nodes.includes(node)),
      before = sweep.steps[step - 1];
    const below = flow.passes[row - 1],
      read = row === 0 || sweep.start === 0 ? word : states(below, node, below.name);
    if (!before) return read;
    const memory = sweep.nodes[before[0]].filter(({ name }) => sweep.memory.includes(name));
    return [...read, ...memory.map((vector) => [vector, `after “${this.phrase(before[0])}”`])];
  }

  #row(vector, gradient, origin = null) {
    const gate = isGate(vector) && !origin,
      value = gradient ? vector.gradientNorm : gate ? vector.mean : vector.norm;
    const share = gradient
      ? value / (this.largest.gradient || 1)
      : gate
        ? value
        : value / (this.largest[vector.name] || 1);
    const drawn = decode(vector.values).bytes.length,
      units = vector.size > drawn ? `the first ${drawn} of ${vector.size} units` : `${vector.size} units`;
    const label = gradient
      ? `gradient, ${units}, length ${number(value)}`
      : `${units}, ${gate ? `mean ${number(value)}` : `length ${number(value)}`}`;
    const role = origin ?? vector.role;
    const formula = math("math", gradient ? derivative(vector.name) : symbol(vector.name));
    if (gradient) formula.setAttribute("displaystyle", "true");
    const row = element(
      "tr",
      { class: origin ? "fl-input" : gate ? "fl-gate" : "", "data-symbol": vector.name.split("_")[0] },
      element("th", { scope: "row" }, formula),
      element("td", { class: "fl-role", dir: "auto" }, role),
      element("td", { class: "fl-track" }, bar(share, gate && !gradient ? "fl-open" : "")),
      element("td", { class: "fl-number" }, number(value)),
      element("td", { class: "fl-units" }, stripes(vector, gradient, label)),
    );
    if (!origin) {
      row.addEventListener("pointerenter", () => this.#light(row.dataset.symbol));
      row.addEventListener("pointerleave", () => this.#light(null));
    }
    return row;
  }

  /** Only the section of the current pass is marked. */
  #markEquations(section) {
    for (const part of this.equations.querySelectorAll("[data-section]"))
      part.classList.toggle("fl-active", part.dataset.section === section);
    this.#light(null);
  }

  #light(name) {
    for (const row of this.equations.querySelectorAll(".fl-active mtr"))
      row.classList.toggle("fl-lit", row.dataset.symbol === name);
  }
}

const headCell = (text, column) =>
  text
    ? element("th", { scope: "col", class: column === 3 ? "fl-number" : null }, text)
    : element("td", { class: column === 2 ? "fl-track" : null });

function bar(share, kind = "") {
  const fill = element("span");
  fill.style.width = `${Math.min(100, Math.max(100 * share, share > 0 ? 1 : 0)).toFixed(1)}%`;
  return element("span", { class: `fl-bar ${kind}`, "aria-hidden": "true" }, fill);
}

// --------------------------------------------------------------------------------------------------- gradient per word

const colours = ["var(--tn-series-0)", "var(--tn-series-1)", "var(--tn-series-2)", "var(--tn-series-3)"];

function drawWords() {
  const { words, flows } = data,
    n = words.length,
    tall = 150,
    column = Math.max(44, Math.min(110, (at("chart").clientWidth || 900) / n - 1));
  const largest = Math.max(...flows.flatMap((flow) => flow.words.map((word) => word.gradientNorm)), 1e-30);
  const svg = element("svg", {
    viewBox: `0 0 ${column * n} ${tall + 56}`,
    width: column * n,
    height: tall + 56,
    role: "img",
    "aria-label": `Gradient norms of ${flows.map((flow) => flow.name).join(" and ")}; the table below has them`,
  });
  const wide = Math.min(22, (column - 12) / flows.length);
  words.forEach((word, index) => {
    flows.forEach((flow, series) => {
      const value = flow.words[index].gradientNorm,
        height = Math.max((tall * value) / largest, value ? 1 : 0);
      const rect = element("rect", {
        x: column * (index + 0.5) + wide * (series - flows.length / 2),
        y: tall + 8 - height,
        width: wide - 2,
        height,
        rx: 2,
      });
      rect.style.fill = colours[series % 4];
      rect.append(element("title", {}, `${flow.name}, ${visible(word)}: ${number(value)}`));
      svg.append(rect);
    });
    const text = element(
      "text",
      {
        class: "tn-tick",
        transform: `translate(${column * (index + 0.5) + 4} ${tall + 24}) rotate(-28)`,
        "text-anchor": "end",
      },
      cropped(visible(word), 11),
    );
    svg.append(text);
  });
  svg.append(element("line", { class: "tn-grid", x1: 0, x2: column * n, y1: tall + 8, y2: tall + 8 }));
  const keys = flows.map((flow, series) => {
    const mark = element("span", { class: "fl-key", "aria-hidden": "true" });
    mark.style.background = colours[series % 4];
    return element("li", {}, mark, flow.name);
  });
  at("chart").replaceChildren(element("ul", { class: "tn-keys" }, ...keys), svg);
  const head = element(
    "tr",
    {},
    element("td"),
    ...words.map((word) => element("th", { scope: "col", dir: "auto" }, visible(word))),
  );
  const rows = flows.map((flow) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, flow.name),
      ...flow.words.map((word) => element("td", {}, number(word.gradientNorm))),
    ),
  );
  at("table").replaceChildren(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
}

// ------------------------------------------------------------------------------------------------------------- stepping

const hosts = [...document.querySelectorAll(".fl-host")];
const networks = data.flows.map((flow, index) => new Network(flow, hosts[index], index));
let timer = null;

function phase(time) {
  if (time === 0) return "the words";
  if (time < PREDICTION) return `up, step ${time} of ${length}`;
  if (time === PREDICTION) return "prediction and loss";
  return time === LAST ? "gradients at the words" : `gradients down, step ${time - PREDICTION} of ${length}`;
}

function go(time, spoken = true) {
  const now = Math.min(Math.max(time, 0), LAST);
  at("time").value = now;
  at("time").setAttribute("aria-valuetext", phase(now));
  at("now").textContent = phase(now);
  for (const network of networks) network.show(now);
  const lines = networks.map((network) => `${network.flow.name}: ${network.heading()}`);
  if (spoken) at("spoken").textContent = `${phase(now)}. ${lines.join(" ")}`;
  for (const [id, off] of [
    ["first", now === 0],
    ["back", now === 0],
    ["next", now === LAST],
  ])
    at(id).setAttribute("aria-disabled", String(off));
}

const current = () => Number(at("time").value);

function halt() {
  clearInterval(timer);
  timer = null;
  at("play").setAttribute("aria-pressed", "false");
}

function play() {
  if (timer) return halt();
  if (current() === LAST) go(0);
  at("play").setAttribute("aria-pressed", "true");
  timer = setInterval(() => (current() === LAST ? halt() : go(current() + 1)), WAIT);
  return undefined;
}

function start() {
  at("time").max = LAST;
  const acts = {
    first: () => go(0),
    back: () => go(current() - 1),
    next: () => go(current() + 1),
    turn: () => go(current() < PREDICTION ? PREDICTION : current() < LAST ? LAST : 0),
  };
  for (const [id, act] of Object.entries(acts)) at(id).addEventListener("click", () => (halt(), act()));
  at("play").addEventListener("click", play);
  at("time").addEventListener("input", () => (halt(), go(current())));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => document.querySelectorAll("canvas.fl-stripes").forEach(paint));
  new ResizeObserver(drawWords).observe(at("chart"));
  at("steps").hidden = at("words").hidden = false;
  drawWords();
  go(1, false);
}

start();
