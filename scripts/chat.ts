/** `npm run chat -- --user alice --to bob [--url http://127.0.0.1:8080]`: talks in a terminal, with a development server. */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { type Entry, ParleyClient, singleSessionId } from "../src/client/index.ts";
import { entryText, statusText } from "../src/page/wording.ts";

const SHOWN_AT_START = 20;

const { values } = parseArgs({
  options: {
    user: { type: "string" },
    to: { type: "string" },
    url: { type: "string", default: "http://127.0.0.1:8080" },
  },
});
const { user, to, url } = values;
if (user === undefined || to === undefined) {
  console.error("usage: npm run chat -- --user alice --to bob [--url http://127.0.0.1:8080]");
  process.exit(2);
}

async function fetchToken(): Promise<string> {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${url}/dev/token`, { method: "POST", headers, body: JSON.stringify({ userId: user }) });
  if (!response.ok) throw new Error(`POST ${url}/dev/token answered ${response.status}: is it a development server?`);
  const { token } = (await response.json()) as { token: string }; // SAFETY: what POST /dev/token answers
  return token;
}

const client = new ParleyClient({ url, token: fetchToken, deviceId: `terminal-${process.pid}`, deviceType: "linux" });
const sessionId = singleSessionId(user, to);
const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: `${user}> ` });

let isOpen = true;
let lastShown = 0;
/** What arrives before the first page of history is shown. */
let early: Entry[] | undefined = [];
const unsent = new Set<Promise<unknown>>();

/** Writes above the line that is being typed. */
function show(line: string): void {
  process.stdout.write(`\r\x1b[K${line}\n`);
  if (isOpen) terminal.prompt(true);
}

function showEntry(entry: Entry): void {
  if (entry.seqId <= lastShown) return;
  lastShown = entry.seqId;
  const time = new Date(entry.timestamp).toLocaleTimeString();
  show(`${time} ${entry.from}: ${entryText(entry)}`);
  // Nothing is lost when it fails: the next entry moves the cursor further.
  if ((client.session(sessionId)?.unread ?? 0) > 0) client.read(sessionId, entry.seqId).catch(() => {});
}

function say(text: string): void {
  const sending = client.send(sessionId, text).catch((error: unknown) => show(`-- not sent: ${String(error)}`));
  unsent.add(sending);
  void sending.then(() => unsent.delete(sending));
}

client.on("entry", (event) => {
  if (event.sessionId !== sessionId) return;
  if (early === undefined) showEntry(event.entry);
  else early.push(event.entry);
});
client.on("status", (status) => {
  if (status.state !== "connecting" && status.state !== "syncing") show(`-- ${statusText(status)}`);
  if (status.state === "closed") terminal.close();
});
terminal.on("line", (line) => {
  if (line.trim() !== "") say(line);
  terminal.prompt();
});
terminal.on("close", async () => {
  isOpen = false;
  await Promise.all(unsent);
  await client.close();
});

client.connect();
await client.ready();
const { entries } = await client.history(sessionId, { limit: SHOWN_AT_START });
for (const entry of [...entries, ...early]) showEntry(entry);
early = undefined;
