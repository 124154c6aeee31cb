/** The requests of a page to the server of `treenn/web/server.py`. */

/**
 * Perform an action of the server; the error's message is for the user.
 *
 * `unreachable` is the message without a server; `refused` makes a message from that of the server.
 */
export async function askServer(action, body, { unreachable, refused = (problem) => problem }) {
  let reply;
  try {
    reply = await fetch(action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(unreachable);
  }
  const answer = await reply.json().catch(() => ({ error: `the server answered ${reply.status}` }));
  if (!reply.ok) throw new Error(refused(answer.error));
  return answer;
}
