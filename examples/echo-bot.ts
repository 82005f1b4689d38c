/**
 * A bot that says everything again: it is told of the messages of its sessions by webhook, and answers over HTTP.
 *
 *   PARLEY_KEY=sk_… node examples/echo-bot.ts          (Bun and Deno run it as well; docs/webhooks.md explains it)
 *
 * PARLEY_URL  the server                          http://127.0.0.1:8080
 * BOT_USER    whose sessions it listens to        echo
 * BOT_PORT    where it listens                    8090
 * BOT_URL     how the server reaches it           http://127.0.0.1:<BOT_PORT>/
 */
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import type { MessageEntry } from "../src/protocol/entry.ts";
import { parleyApi } from "../src/routes/client.ts";

const { PARLEY_KEY: credential, PARLEY_URL: url = "http://127.0.0.1:8080", BOT_USER: bot = "echo" } = process.env;
const port = Number(process.env.BOT_PORT ?? "8090");
const ownUrl = process.env.BOT_URL ?? `http://127.0.0.1:${port}/`;
if (credential === undefined)
  throw new Error("PARLEY_KEY is not set: the server writes one to its console in development");

interface SentEvent {
  readonly type: "message.sent";
  readonly data: { readonly sessionId: string; readonly entry: MessageEntry };
}

const api = parleyApi({ url, credential });
// The same packId is the same endpoint, with the same secret: a bot that starts again goes on where it was.
const body = { packId: `bot-${bot}`, url: ownUrl, events: ["message" as const], bot };
const { secret } = await (await api.webhooks.$post({ json: body })).json();
const keyBody = { name: `bot ${bot}`, scopes: ["messages:write"], bot };
const made = await api.keys.$post({ json: keyBody }, { headers: { "Idempotency-Key": `bot-${bot}` } });
// It acts as the bot and as nobody else.
const asBot = parleyApi({ url, credential: (await made.json()).key });
const webhook = new Webhook(secret);

createServer(async (request, response) => {
  try {
    await handle(request);
    response.writeHead(204).end();
  } catch (error) {
    // Any answer but 2xx, and the event comes again.
    console.error(String(error));
    response.writeHead(500).end();
  }
}).listen(port, () => console.log(`${bot} listens on ${ownUrl}`));

async function handle(request: IncomingMessage): Promise<void> {
  const headers = request.headers as Record<string, string>; // SAFETY: none of those that are checked comes twice
  const event = webhook.verify(await text(request), headers) as SentEvent | { readonly type: "endpoint.test" }; // SAFETY: nothing else was asked for
  if (event.type !== "message.sent" || event.data.entry.contentType !== 1) return;
  const { sessionId, entry } = event.data;
  // An event may come twice. The packId follows from it, so the answer is stored once.
  const packId = `echo-${entry.seqId}`;
  await asBot.messages.$post({ json: { packId, sessionId, content: entry.content } });
}
