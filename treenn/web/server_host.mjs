/** The page of `treenn play` whose answers are those of the server in `treenn/web/server.py`. */

import { askServer } from "./ask_server.mjs";
import { openPlayground } from "./play.mjs";

const MESSAGES = { unreachable: "The server does not answer. Has `treenn play` ended?" };

openPlayground((action, body) => askServer(action, body, MESSAGES));
