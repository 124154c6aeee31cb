/** The chart parser of `treenn.parsers.chart`: affixes, bidirectional LSTMs, and the scores of spans and splits. */

import { Spans, TreeDistribution } from "./chart.mjs";
import { bucket } from "./feature_hash.mjs";
import { Vocabulary, dot, sigmoid } from "./weights.mjs";

/** Spans per block, whose hidden layers are in memory at the same time. */
const BLOCK = 256;

/** The hash buckets of a word's prefixes, suffixes and shape, as `treenn.parsers.chart.affixes`. */
export function affixes(word, { buckets, prefixes, suffixes, shape, digits }) {
  const letters = [...word],
    start = [...letters.slice(0, prefixes.at(-1)).join("").toLowerCase()],
    end = [...letters.slice(-suffixes.at(-1)).join("").toLowerCase()];
  const parts = [
    ...prefixes.map((length) => `${length}<${start.slice(0, length).join("")}`),
    ...suffixes.map((length) => `${length}>${end.slice(-length).join("")}`),
    `=${shapeOf(letters.slice(0, shape), digits)}`,
  ];
  return parts.map((part) => bucket(part, buckets));
}

function shapeOf(letters, digits) {
  const kind = (letter) => {
    if (/\p{Uppercase}/u.test(letter)) return "X";
    if (/\p{Lowercase}/u.test(letter)) return "x";
    return /\p{Nd}/u.test(letter) || digits.includes(letter) ? "d" : letter;
  };
  return letters
    .map(kind)
    .join("")
    .replace(/(.)\1+/gu, "$1");
}

/** A parser from the files of its folder. */
export class ChartParser {
  /** `config` and `words` are those of config.json and vocabulary.json; `tables` are those of affixes. */
  constructor(config, words, weights, tables) {
    this.vocabulary = new Vocabulary(words);
    this.tables = tables;
    this.networks = config.networks.map((network, index) => new SpanNetwork(`${index}.`, network, weights));
  }

  /** The distribution over the trees of a sentence. */
  distribution(words) {
    const ids = words.map((word) => this.vocabulary.encode(word.toLowerCase())),
      parts = words.map((word) => affixes(word, this.tables));
    const spans = new Spans(words.length),
      cells = spans.side * spans.side;
    const scores = [new Float64Array(cells), new Float64Array(cells), new Float32Array(spans.splitCount)];
    for (const network of this.networks) network.addScores(ids, parts, spans, ...scores);
    for (const part of scores) for (let i = 0; i < part.length; i++) part[i] /= this.networks.length;
    return new TreeDistribution(spans, ...scores);
  }
}

/** One network of the ensemble. */
class SpanNetwork {
  constructor(prefix, { settings }, weights) {
    const linear = (name, bias = true) =>
      weights.linear(`${prefix}${name}.weight`, ...(bias ? [`${prefix}${name}.bias`] : []));
    this.size = settings.size;
    this.words = weights.table(`${prefix}words.weight`);
    this.affixes = weights.table(`${prefix}affixes.weight`);
    this.outside = weights.table(`${prefix}outside`).toArray();
    this.layers = Array.from({ length: settings.layers }, (_, layer) =>
      ["", "_reverse"].map((direction) => new LSTM(`${prefix}layers.${layer}.`, direction, weights)),
    );
    this.start = linear("start");
    this.end = linear("end", false);
    this.norm = [weights.array(`${prefix}norm.weight`), weights.array(`${prefix}norm.bias`)];
    this.node = linear("node");
    this.parts = linear("parts");
    this.split = linear("split");
    this.rank = settings.split_size;
  }

  /** Add the scores of this network. */
  addScores(ids, parts, spans, left, right, splits) {
    const fenceposts = this.#fenceposts(ids, parts),
      vectors = this.#vectors(fenceposts, spans, left, right),
      points = this.split.apply(fenceposts);
    const { n, side, first } = spans,
      { rank } = this,
      [whole, asLeft, asRight] = [0, rank, 2 * rank];
    for (let i = 0; i < n; i++) {
      for (let j = i + 2; j <= n; j++) {
        const cell = i * side + j,
          at = first[cell];
        for (let k = i + 1; k < j; k++) {
          const [l, r] = [3 * rank * (i * side + k), 3 * rank * (k * side + j)];
          splits[at + k] +=
            dot(vectors, l + asLeft, vectors, r + asRight, rank) +
            dot(vectors, 3 * rank * cell + whole, points, k * rank, rank);
        }
      }
    }
  }

  /** The states at the n + 1 positions between words: forward of the word before, backward of the word after. */
  #fenceposts(ids, parts) {
    const n = ids.length,
      width = this.words.width + this.affixes.width;
    let x = new Float32Array((n + 2) * width);
    x.set(this.outside.subarray(0, width), 0);
    ids.forEach((id, index) => {
      const offset = (index + 1) * width;
      this.words.addRow(id, x, offset);
      for (const part of parts[index]) this.affixes.addRow(part, x, offset + this.words.width);
    });
    x.set(this.outside.subarray(width), (n + 1) * width);
    for (const [forward, backward] of this.layers) {
      const states = new Float32Array((n + 2) * 2 * this.size);
      forward.run(x, n + 2, states, 0, false);
      backward.run(x, n + 2, states, this.size, true);
      x = states;
    }
    const { size } = this,
      fenceposts = new Float32Array((n + 1) * 2 * size);
    for (let k = 0; k <= n; k++) {
      fenceposts.set(x.subarray(2 * size * k, 2 * size * k + size), 2 * size * k);
      fenceposts.set(x.subarray(2 * size * (k + 1) + size, 2 * size * (k + 2)), 2 * size * k + size);
    }
    return fenceposts;
  }

  /** Add the scores of nodes; returns the three vectors of each cell, for splits. */
  #vectors(fenceposts, spans, left, right) {
    const { n, side } = spans,
      width = this.parts.outputs,
      vectors = new Float32Array(side * side * width);
    const starts = this.start.apply(fenceposts),
      ends = this.end.apply(fenceposts),
      hidden = new Float32Array(BLOCK * this.start.outputs),
      cells = [];
    const flush = () => {
      const nodes = this.node.apply(hidden, cells.length),
        parts = this.parts.apply(hidden, cells.length);
      cells.forEach((cell, row) => {
        left[cell] += nodes[2 * row];
        right[cell] += nodes[2 * row + 1];
        vectors.set(parts.subarray(row * width, (row + 1) * width), cell * width);
      });
      cells.length = 0;
    };
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j <= n; j++) {
        this.#hidden(starts, i, ends, j, hidden, cells.length);
        cells.push(i * side + j);
        if (cells.length === BLOCK) flush();
      }
    }
    flush();
    return vectors;
  }

  /** The hidden layer of a span: ReLU(LayerNorm(end - start)). */
  #hidden(starts, i, ends, j, hidden, row) {
    const size = this.start.outputs,
      [weight, bias] = this.norm,
      at = row * size;
    let sum = 0,
      squares = 0;
    for (let index = 0; index < size; index++) {
      const value = ends[j * size + index] - starts[i * size + index];
      hidden[at + index] = value;
      sum += value;
    }
    const mean = sum / size;
    for (let index = 0; index < size; index++) squares += (hidden[at + index] - mean) ** 2;
    const factor = 1 / Math.sqrt(squares / size + 1e-5);
    for (let index = 0; index < size; index++) {
      const value = (hidden[at + index] - mean) * factor * weight[index] + bias[index];
      hidden[at + index] = value > 0 ? value : 0;
    }
  }
}

/** One direction of a layer. */
class LSTM {
  constructor(prefix, direction, weights) {
    const name = (kind) => `${prefix}${kind}_l0${direction}`;
    this.input = weights.linear(name("weight_ih"), name("bias_ih"), name("bias_hh"));
    this.recurrent = weights.linear(name("weight_hh"));
    this.size = this.recurrent.inputs;
  }

  /** Write the states of `count` steps to rows of `states`, from a column on. */
  run(x, count, states, column, backward) {
    const { size } = this,
      inputs = this.input.apply(x, count),
      { weight } = this.recurrent,
      width = states.length / count,
      h = new Float32Array(size),
      c = new Float32Array(size),
      z = new Float32Array(4 * size); // gates i, f, g, o
    for (let step = 0; step < count; step++) {
      const row = backward ? count - 1 - step : step;
      for (let gate = 0; gate < 4 * size; gate++)
        z[gate] = inputs[row * 4 * size + gate] + dot(weight, gate * size, h, 0, size);
      for (let index = 0; index < size; index++) {
        c[index] = sigmoid(z[size + index]) * c[index] + sigmoid(z[index]) * Math.tanh(z[2 * size + index]);
        h[index] = sigmoid(z[3 * size + index]) * Math.tanh(c[index]);
      }
      states.set(h, row * width + column);
    }
  }
}
