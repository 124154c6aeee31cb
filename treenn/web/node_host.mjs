/**
 * The answers of a static page in Node.js, to compare them with Python: `node node_host.mjs DATA FOLDERS`.
 *
 * DATA is the JSON of `treenn.web.page_data`, FOLDERS has the folders `model` and `parser`. Standard input has one JSON
 * text per line, standard output one answer per line: the sentences with their words, merges and probabilities.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { LocalPlayground } from "./local_playground.mjs";

const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const [data, folders] = process.argv.slice(2);
const read = (name) => ({
  config: json(`${folders}/${name}/config.json`),
  vocabulary: json(`${folders}/${name}/vocabulary.json`),
  weights: readFileSync(`${folders}/${name}/model.safetensors`),
});
const playground = new LocalPlayground(json(data), { model: read("model"), parser: read("parser") });

for await (const line of createInterface({ input: process.stdin })) {
  const { sentences } = playground.answer("parse", { text: JSON.parse(line) });
  const trees = sentences.map(({ tree: { words, merges, models } }) => ({
    words,
    merges,
    probabilities: models[0].probabilities,
  }));
  process.stdout.write(`${JSON.stringify(trees)}\n`);
}
