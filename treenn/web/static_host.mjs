/** The page of `treenn play --export`, whose answers are those of a worker in the page. Nothing is requested. */

import { openPlayground } from "./play.mjs";

const textOf = (id) => document.getElementById(id).textContent;

/** A worker from a text of the page; Trusted Types permit this address only. */
function startWorker(source) {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" })),
    policy = globalThis.trustedTypes?.createPolicy("treenn-worker", {
      createScriptURL: (url) => {
        if (url !== address) throw new TypeError("not the worker of this page");
        return url;
      },
    });
  return new Worker(policy ? policy.createScriptURL(address) : address);
}

/** The function that asks a worker; the error's message is for the user. */
function asking(worker) {
  const waiting = new Map();
  let last = 0;
  worker.addEventListener("message", ({ data: { id, answer, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  });
  worker.addEventListener("error", () => {
    for (const { reject } of waiting.values()) reject(new Error("The worker of this page ended. Load the page again."));
    waiting.clear();
  });
  return (action, request) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      worker.postMessage({ id: last, action, request });
    });
}

const worker = startWorker(textOf("worker")),
  files = Object.fromEntries(
    [...document.querySelectorAll("script[data-file]")].map((block) => [block.dataset.file, block.textContent]),
  );
worker.postMessage({ data: textOf("data"), files });
openPlayground(asking(worker));
