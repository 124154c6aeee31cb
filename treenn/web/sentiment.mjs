/** The binary Tree-LSTM of `treenn.cells.tree_lstm` with its word vectors and classes. */

import { bucket } from "./feature_hash.mjs";
import { Vocabulary, dot, sigmoid } from "./weights.mjs";

/** Phrases whose states are kept; equal phrases with equal brackets are computed once. */
const MOST_STATES = 20_000;

/** A model from the files of its folder. */
export class TreeLSTM {
  #numbers = new Map();
  #states = [];

  /** `config` and `words` are those of config.json and vocabulary.json; `lengths` are those of n-grams. */
  constructor(config, words, weights, lengths) {
    const bias = weights.array("encoder.cell.b"),
      d = config.settings.size;
    this.size = d;
    this.vocabulary = new Vocabulary(words);
    this.temperature = config.temperature ?? 1;
    this.embedding = weights.table("embedding.weight");
    this.spelling = weights.has("spelling.table.weight") ? weights.table("spelling.table.weight") : null;
    this.lengths = lengths;
    const [i, f, o, u] = [0, 1, 2, 3].map((gate) => bias.subarray(gate * d, (gate + 1) * d));
    this.leaf = withBias(weights.linear("encoder.cell.W"), [i, o, u]);
    this.inner = withBias(weights.linear("encoder.cell.U"), [i, f, f, o, u]);
    this.head = weights.linear("head.linear.weight", "head.linear.bias");
    this.computed = 0; // phrases whose states were computed
  }

  /** The predictions of the nodes of a tree: a list of `{label, probabilities}`. */
  predict({ words, merges }) {
    return this.#rows(words, merges).map((row) => this.#states[row].prediction);
  }

  /** The positions of words that the vocabulary lacks. */
  unknown(words) {
    return words.flatMap((word, position) => (this.vocabulary.encode(word) ? [] : [position]));
  }

  /** The number of each node's state. States of equal phrases are shared. */
  #rows(words, merges) {
    if (this.#states.length > MOST_STATES) {
      this.#numbers.clear();
      this.#states = [];
    }
    const rows = words.map((word) => this.#row(word, () => this.#ofWord(word)));
    for (const [left, right] of merges) {
      const [l, r] = [rows[left], rows[right]];
      rows.push(this.#row(`${l} ${r}`, () => this.#ofChildren(this.#states[l], this.#states[r])));
    }
    return rows;
  }

  #row(key, compute) {
    let row = this.#numbers.get(key);
    if (row !== undefined) return row;
    row = this.#states.length;
    this.#states.push(this.#predicted(compute()));
    this.#numbers.set(key, row);
    this.computed++;
    return row;
  }

  #ofWord(word) {
    const id = this.vocabulary.encode(word),
      x = new Float32Array(this.embedding.width),
      d = this.size;
    this.embedding.addRow(id, x);
    if (id === 0 && this.spelling) this.#addSpelling(word, x);
    const z = this.leaf.apply(x),
      c = new Float32Array(d),
      h = new Float32Array(d);
    for (let k = 0; k < d; k++) {
      c[k] = sigmoid(z[k]) * Math.tanh(z[2 * d + k]);
      h[k] = sigmoid(z[d + k]) * Math.tanh(c[k]);
    }
    return { h, c };
  }

  #addSpelling(word, x) {
    const marked = [...`<${word.toLowerCase()}>`],
      sum = new Float32Array(x.length);
    let count = 0;
    for (const length of this.lengths) {
      for (let start = 0; start + length <= marked.length; start++, count++)
        this.spelling.addRow(bucket(marked.slice(start, start + length).join(""), this.spelling.length), sum);
    }
    const divisor = Math.sqrt(Math.max(count, 1));
    sum.forEach((value, index) => (x[index] += value / divisor));
  }

  #ofChildren(left, right) {
    const { size: d, inner } = this,
      z = new Float32Array(5 * d),
      c = new Float32Array(d),
      h = new Float32Array(d);
    for (let row = 0; row < 5 * d; row++) {
      const start = row * 2 * d;
      z[row] = inner.bias[row] + dot(inner.weight, start, left.h, 0, d) + dot(inner.weight, start + d, right.h, 0, d);
    }
    for (let k = 0; k < d; k++) {
      const gates = sigmoid(z[d + k]) * left.c[k] + sigmoid(z[2 * d + k]) * right.c[k];
      c[k] = sigmoid(z[k]) * Math.tanh(z[4 * d + k]) + gates;
      h[k] = sigmoid(z[3 * d + k]) * Math.tanh(c[k]);
    }
    return { h, c };
  }

  #predicted({ h, c }) {
    const scores = this.head.apply(h).map((score) => score / this.temperature),
      most = Math.max(...scores),
      exponentials = Array.from(scores, (score) => Math.exp(score - most));
    const total = exponentials.reduce((sum, value) => sum + value, 0),
      probabilities = exponentials.map((value) => value / total);
    const label = probabilities.indexOf(Math.max(...probabilities));
    return { h, c, prediction: { label, probabilities: probabilities.map((p) => Math.round(p * 1e6) / 1e6) } };
  }
}

function withBias(linear, parts) {
  parts.forEach((part, index) => linear.bias.set(part, index * part.length));
  return linear;
}
