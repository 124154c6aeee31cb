/**
 * The worker of a static page: the answers of `LocalPlayground`, outside the thread that draws.
 *
 * The first message is `{data, files}`, the texts of the page's data blocks. The others are `{id, action, request}`,
 * each answered by `{id, answer}` or `{id, error}`.
 */

import { LocalPlayground, RequestError } from "./local_playground.mjs";

/** The bytes of a text in Base64. */
function decode(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text),
    bytes = new Uint8Array(letters.length);
  for (let index = 0; index < letters.length; index++) bytes[index] = letters.charCodeAt(index);
  return bytes;
}

/** The bytes of a gzip file in Base64. */
async function unpack(text) {
  const stream = new Blob([decode(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const unpackJSON = async (text) => JSON.parse(new TextDecoder().decode(await unpack(text)));

async function load({ data, files }) {
  const folder = async (name) => ({
    config: await unpackJSON(files[`${name}/config.json`]),
    vocabulary: await unpackJSON(files[`${name}/vocabulary.json`]),
    weights: await unpack(files[`${name}/model.safetensors`]),
  });
  return new LocalPlayground(await unpackJSON(data), { model: await folder("model"), parser: await folder("parser") });
}

let playground = null; // a promise

/** The answer to a message. */
async function respond({ id, action, request }) {
  try {
    return { id, answer: (await playground).answer(action, request) };
  } catch (error) {
    if (!(error instanceof RequestError)) console.error(error);
    return { id, error: error instanceof RequestError ? error.message : `internal error: ${error.message}` };
  }
}

self.addEventListener("message", async ({ data }) => {
  if (data.files) playground = load(data);
  else self.postMessage(await respond(data));
});
