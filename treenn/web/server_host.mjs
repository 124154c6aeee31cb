/** The page of `treenn play` whose answers are those of the server in `treenn/web/server.py`. */

import { openPlayground } from "./play.mjs";

/** Ask the server; the error's message is for the user. */
async function ask(action, body) {
  let reply;
  try {
    reply = await fetch(action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The server does not answer. Has `treenn play` ended?");
  }
  const answer = await reply.json().catch(() => ({ error: `the server answered ${reply.status}` }));
  if (!reply.ok) throw new Error(answer.error);
  return answer;
}

openPlayground(ask);
