/**
 * Exact search over the binary trees of a sentence, as `treenn.parsers.chart`: inside-outside and the best trees.
 *
 * A span of words i to j has the cell `i * (n + 1) + j`. Its splits at k have the indices `first[cell] + k` in arrays of
 * splits. Sums are in double precision.
 */

/** The index arithmetic of a sentence of n words. */
export class Spans {
  constructor(n) {
    this.n = n;
    this.side = n + 1;
    this.first = new Int32Array(this.side * this.side);
    this.splitCount = 0;
    for (let width = 2; width <= n; width++) {
      for (let start = 0; start + width <= n; start++) {
        this.first[start * this.side + start + width] = this.splitCount - start - 1;
        this.splitCount += width - 1;
      }
    }
  }

  /** Call a function with the start, the end and the cell of all spans of a width. */
  each(width, visit) {
    for (let i = 0, j = width; j <= this.n; i++, j++) visit(i, j, i * this.side + j);
  }
}

/**
 * The distribution over the trees of a sentence: p(tree) ∝ exp(score(tree)).
 *
 * `left` and `right` are the scores of each cell as a left and as a right child, `splits` those of splits.
 */
export class TreeDistribution {
  constructor(spans, left, right, splits) {
    Object.assign(this, { spans, left, right, splits });
    this.#insideOutside();
  }

  #insideOutside() {
    const { n, side, first, splitCount } = this.spans,
      { left, right, splits } = this;
    const inside = new Float64Array(side * side),
      shares = new Float64Array(splitCount),
      asLeft = new Float64Array(side * side),
      asRight = new Float64Array(side * side);
    for (let width = 2; width <= n; width++) {
      this.spans.each(width, (i, j, cell) => {
        let most = -Infinity;
        const at = first[cell];
        for (let k = i + 1; k < j; k++) {
          const l = i * side + k,
            r = k * side + j;
          const total = inside[l] + left[l] + inside[r] + right[r] + splits[at + k];
          shares[at + k] = total;
          if (total > most) most = total;
        }
        let sum = 0;
        for (let k = i + 1; k < j; k++) sum += shares[at + k] = Math.exp(shares[at + k] - most);
        inside[cell] = most + Math.log(sum);
        for (let k = i + 1; k < j; k++) shares[at + k] /= sum;
      });
    }
    for (let width = n; width > 1; width--) {
      this.spans.each(width, (i, j, cell) => {
        const here = width === n ? 1 : asLeft[cell] + asRight[cell];
        for (let k = i + 1; k < j; k++) {
          const joint = shares[first[cell] + k] * here;
          asLeft[i * side + k] += joint;
          asRight[k * side + j] += joint;
        }
      });
    }
    this.logPartition = inside[n];
    this.shares = shares; // p(split | span)
    this.chances = asLeft.map((chance, cell) => chance + asRight[cell]); // p(span)
    if (!Number.isFinite(this.logPartition)) throw new Error("a score is not finite");
  }

  /** The tree with the largest expected number of correct spans, as merges. */
  expectedBest() {
    const none = new Float64Array(this.spans.splitCount);
    return bestTrees(this.spans, this.chances, this.chances, none, 1)[0].merges;
  }

  /** The most probable trees: a list of `{merges, probability}`. */
  best(count) {
    return bestTrees(this.spans, this.left, this.right, this.splits, count).map(({ merges, score }) => ({
      merges,
      probability: Math.exp(score - this.logPartition),
    }));
  }

  /** The probability of each node's span of a tree, given as the spans of its nodes; 1 for words and the root. */
  bracketProbabilities(nodes) {
    const { n, side } = this.spans;
    return nodes.map(([start, end]) =>
      end - start === 1 || end - start === n ? 1 : Math.min(this.chances[start * side + end], 1),
    );
  }

  /** The probability of a tree, given as a list of `[start, split, end]`. */
  treeProbability(splits) {
    const { side, first } = this.spans;
    return splits.reduce((p, [start, split, end]) => p * this.shares[first[start * side + end] + split], 1);
  }
}

/**
 * The best trees, at most two: a list of `{merges, score}`; the first split wins ties.
 *
 * Rank 1 of a span is its second-best subtree. Its children have the ranks 0 and 0, 0 and 1, or 1 and 0.
 */
function bestTrees(spans, left, right, splits, count) {
  const { n, side, first } = spans,
    cells = side * side;
  const scores = [0, 1].map((rank) => new Float64Array(cells).fill(rank ? -Infinity : 0)),
    choices = [0, 1].map(() => new Int32Array(cells)); // 3 * split + ranks
  for (let width = 2; width <= n; width++) {
    spans.each(width, (i, j, cell) => {
      let [best, second, choice, secondChoice] = [-Infinity, -Infinity, 0, 0];
      const consider = (total, code) => {
        if (total > best) [second, secondChoice, best, choice] = [best, choice, total, code];
        else if (total > second) [second, secondChoice] = [total, code];
      };
      for (let k = i + 1; k < j; k++) {
        const l = i * side + k,
          r = k * side + j;
        const here = left[l] + right[r] + splits[first[cell] + k];
        if (count === 1) {
          const total = scores[0][l] + scores[0][r] + here;
          if (total > best) [best, choice] = [total, 3 * k];
          continue;
        }
        consider(scores[0][l] + scores[0][r] + here, 3 * k);
        consider(scores[0][l] + scores[1][r] + here, 3 * k + 1);
        consider(scores[1][l] + scores[0][r] + here, 3 * k + 2);
      }
      [scores[0][cell], scores[1][cell], choices[0][cell], choices[1][cell]] = [best, second, choice, secondChoice];
    });
  }
  const ranks = [0, 1].slice(0, count).filter((rank) => scores[rank][n] > -Infinity);
  return ranks.map((rank) => ({ score: scores[rank][n], merges: mergesOf(spans, choices, rank) }));
}

/** The merges of a tree of backpointers, in post-order. */
function mergesOf({ n, side }, choices, rank) {
  const inner = [],
    todo = n > 1 ? [[0, n, rank]] : [];
  while (todo.length) {
    const [start, end, which] = todo.pop(),
      code = choices[which][start * side + end],
      split = Math.floor(code / 3);
    inner.push([start, split, end]);
    if (split - start > 1) todo.push([start, split, code % 3 === 2 ? 1 : 0]);
    if (end - split > 1) todo.push([split, end, code % 3 === 1 ? 1 : 0]);
  }
  const numbers = new Map(inner.map(([start, , end], index) => [start * side + end, 2 * n - 2 - index]));
  const number = (start, end) => (end - start === 1 ? start : numbers.get(start * side + end));
  return inner.reverse().map(([start, split, end]) => [number(start, split), number(split, end)]);
}
