/** Readers, as `treenn.web.readers`: the states of a tree's phrases and of a sentence's prefixes, by one model. */

/** The first word and the word after the last one of every node of a tree `{words, merges}`. */
export function spansOfNodes({ words, merges }) {
  const spans = words.map((_, index) => [index, index + 1]);
  for (const [left, right] of merges) spans.push([spans[left][0], spans[right][1]]);
  return spans;
}

/** The left-branching tree of the words, whose nodes are their prefixes. */
export function leftBranching(words) {
  const n = words.length;
  return { words, merges: words.slice(1).map((_, k) => [k ? n + k - 1 : 0, k + 1]) };
}

const prefixNode = (count, length) => (length === 1 ? 0 : count + length - 2);

/** The tree without the words from `length` on, and without brackets that have one part left. */
export function prefixTree({ words, merges }, spans, length) {
  const nodes = words.map((_, index) => index),
    kept = [];
  for (const [left, right] of merges) {
    if (spans[right][0] >= length) nodes.push(nodes[left]);
    else nodes.push(length + kept.push([nodes[left], nodes[right]]) - 1);
  }
  return { words: words.slice(0, length), merges: kept };
}

/** A model over the tree: the state of each phrase. A prefix has the tree without the words after it. */
export class TreeReader {
  constructor(model) {
    this.model = model;
  }

  states(tree) {
    return this.model.predict(tree);
  }

  prefixes(tree) {
    const spans = spansOfNodes(tree);
    return tree.words.map((_, index) => this.model.predict(prefixTree(tree, spans, index + 1)).at(-1));
  }
}

/** The same network over the left-branching tree of each phrase, which makes it a recurrent network. */
export class LeftToRightReader extends TreeReader {
  states(tree) {
    const spans = spansOfNodes(tree),
      longest = new Map();
    for (const [start, end] of spans) longest.set(start, Math.max(end, longest.get(start) ?? 0));
    const rows = new Map();
    for (const [start, end] of longest)
      rows.set(start, this.model.predict(leftBranching(tree.words.slice(start, end))));
    return spans.map(([start, end]) => rows.get(start)[prefixNode(longest.get(start) - start, end - start)]);
  }

  prefixes({ words }) {
    const n = words.length,
      states = this.model.predict(leftBranching(words));
    return words.map((_, index) => states[prefixNode(n, index + 1)]);
  }
}
