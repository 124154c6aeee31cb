/**
 * The answers of the playground without a server, as `treenn.web.playground`: all that a page computes.
 *
 * `data` is made by `treenn.web.static_page`: the tables, marks, limits and scales of Python. `files` are those of the
 * folders of a model and a parser: `config.json` and `vocabulary.json` as values, and `model.safetensors` as bytes.
 */

import { ChartParser } from "./parser.mjs";
import { LeftToRightReader, TreeReader, spansOfNodes } from "./readers.mjs";
import { TreeLSTM } from "./sentiment.mjs";
import { Tokenizer, divide } from "./tokenizer.mjs";
import { Weights } from "./weights.mjs";

/** An invalid request, whose message is for the user. */
export class RequestError extends Error {}

const rounded = (probabilities) => probabilities.map((p) => Math.round(p * 1e4) / 1e4);
const columns = (states) => ({
  labels: states.map(({ label }) => label),
  probabilities: states.map(({ probabilities }) => probabilities),
});

export class LocalPlayground {
  #last = { key: "", distribution: null }; // an edited sentence mostly keeps its words

  constructor(data, { model, parser }) {
    const { tables, affixes, ngrams } = data;
    this.data = data;
    this.tokenizer = new Tokenizer(tables);
    this.parser = new ChartParser(parser.config, parser.vocabulary, new Weights(parser.weights), {
      ...affixes,
      digits: tables.digits,
    });
    this.model = new TreeLSTM(model.config, model.vocabulary, new Weights(model.weights), ngrams);
    this.readers = data.scales.map((_, index) => new (index ? LeftToRightReader : TreeReader)(this.model));
  }

  /** Answer a request: an action of `treenn.web.playground`. */
  answer(action, request) {
    return { scales: this.#scales, parse: this.#parse, states: this.#states, prefixes: this.#prefixes }[action].call(
      this,
      request,
    );
  }

  #scales() {
    return { scales: this.data.scales, chart: true };
  }

  #parse(request) {
    const { most_sentences: most } = this.data.limits,
      sentences = this.#sentences(request);
    if (!sentences.length) throw new RequestError("the text has no words");
    if (sentences.length > most)
      throw new RequestError(`the text has ${sentences.length} sentences; must have at most ${most}`);
    return { sentences: sentences.map((sentence) => this.#sentence(sentence)) };
  }

  #states({ words, merges, nodes }) {
    this.#checkWords(words);
    const tree = { words, merges },
      wanted = nodes?.length ? nodes : [...Array(2 * words.length - 1).keys()];
    return {
      models: this.readers.map((reader) => this.#statesOf(reader, tree, wanted)),
      confidence: rounded(this.#distribution(words).bracketProbabilities(spansOfNodes(tree))),
    };
  }

  #prefixes({ words, merges }) {
    this.#checkWords(words);
    const { longest_curve: longest } = this.data.limits;
    if (words.length > longest) return { curves: null, longest };
    return { curves: this.readers.map((reader) => columns(reader.prefixes({ words, merges }))), longest };
  }

  #sentences({ text, words }) {
    const { longest_text: longest, max_words: most, most_words: total } = this.data.limits;
    if (text === undefined) this.#checkWords(words);
    else if ([...text].length > longest)
      throw new RequestError(`the text has ${[...text].length} characters; must have at most ${longest}`);
    const sentences = text === undefined ? [{ text: words.join(" "), words }] : this.tokenizer.sentences(text);
    const count = sentences.reduce((sum, { words: some }) => sum + some.length, 0);
    if (count > total) throw new RequestError(`the text has ${count} words; must have at most ${total}`);
    return sentences.flatMap((sentence) =>
      sentence.words.length <= most
        ? [sentence]
        : divide(sentence.words, most, this.data.marks).map((part) => ({ text: part.join(" "), words: part })),
    );
  }

  #checkWords(words) {
    const { max_words: most, longest_word: longest } = this.data.limits;
    if (words.length < 1 || words.length > most)
      throw new RequestError(`the sentence has ${words.length} words; must have 1 to ${most}`);
    const position = words.findIndex((word) => !word || [...word].length > longest || /\s/u.test(word));
    if (position >= 0) throw new RequestError(`word ${position + 1} must have 1 to ${longest} characters and no spaces`);
  }

  #sentence({ text, words }) {
    const distribution = this.#distribution(words),
      tree = { words, merges: distribution.expectedBest() };
    const spans = spansOfNodes(tree),
      everything = [...spans.keys()];
    return {
      text,
      tree: {
        ...tree,
        models: this.readers.map((reader) => this.#statesOf(reader, tree, everything)),
        confidence: rounded(distribution.bracketProbabilities(spans)),
      },
      probability: distribution.treeProbability(splitsOf(tree, spans)),
      second: this.#second(distribution, tree, spans),
    };
  }

  #statesOf(reader, tree, nodes) {
    const states = reader.states(tree);
    return { nodes, ...columns(nodes.map((node) => states[node])), unknown: reader.model.unknown(tree.words) };
  }

  #distribution(words) {
    const key = words.join(" ");
    if (this.#last.key !== key) this.#last = { key, distribution: this.parser.distribution(words) };
    return this.#last.distribution;
  }

  /** The most probable tree other than this one; null if there is none, or if the sentence is long. */
  #second(distribution, { words }, spans) {
    if (words.length <= 2 || words.length > this.data.limits.longest_second) return null;
    const own = String([...spans].sort(bySpan));
    return (
      distribution.best(2).find(({ merges }) => String(spansOfNodes({ words, merges }).sort(bySpan)) !== own) ?? null
    );
  }
}

const bySpan = ([a, b], [c, d]) => a - c || b - d;
const splitsOf = ({ words, merges }, spans) =>
  merges.map(([, right], k) => [spans[words.length + k][0], spans[right][0], spans[words.length + k][1]]);
