/**
 * `npm run dlq -- list [queue]`, `npm run dlq -- retry|drop <queue> [id …]`: dead letters of an app's queues, over HTTP.
 * Options: `--url http://127.0.0.1:8080`, `--key sk_…` (or `PARLEY_URL`, `PARLEY_KEY`; in development the key beside the data).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LettersMoved, LettersPage } from "../src/protocol/rpc/letters-call.ts";
import { QUEUE_PLANS } from "../src/queues/queue-plan.ts";

const USAGE = `usage: npm run dlq -- list [queue]
       npm run dlq -- retry <queue> [id …]     without ids: all
       npm run dlq -- drop <queue> [id …]
       [--url http://127.0.0.1:8080] [--key sk_…]
queues: ${Object.keys(QUEUE_PLANS).join(", ")}`;

const { PARLEY_URL = "http://127.0.0.1:8080", PARLEY_KEY, PARLEY_DATA = "./data" } = process.env;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: "string", default: PARLEY_URL }, key: { type: "string" } },
});
const key = values.key ?? PARLEY_KEY ?? developmentKey();

function developmentKey(): string | undefined {
  const file = join(PARLEY_DATA, "development-keys.json");
  if (!existsSync(file)) return undefined;
  const keys = JSON.parse(readFileSync(file, "utf8")) as { PARLEY_SERVER_KEYS: string }; // SAFETY: written by the server
  return keys.PARLEY_SERVER_KEYS;
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(new URL(path, values.url), {
    method: body === undefined ? "GET" : "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as T; // SAFETY: what the route answers with
}

async function list(queue: string): Promise<void> {
  for (let after = 0, isMore = true; isMore; ) {
    const page = await ask<LettersPage>(`/v1/queues/${queue}/dead?after=${after}`);
    for (const { id, at, reason, job } of page.letters)
      console.log([queue, id, new Date(at).toISOString(), reason, JSON.stringify(job)].join("\t"));
    after = page.letters.at(-1)?.id ?? after;
    isMore = page.more;
    if (!isMore) console.error(`${queue}: ${page.total}`);
  }
}

/** The server takes some at a time. */
async function move(what: string, queue: string, ids: readonly number[]): Promise<number> {
  const path = `/v1/queues/${queue}/dead/${what}`;
  if (ids.length > 0) return (await ask<LettersMoved>(path, { ids })).letters;
  for (let total = 0; ; ) {
    const { letters } = await ask<LettersMoved>(path, {});
    total += letters;
    if (letters === 0) return total;
  }
}

async function run([command, queue, ...rest]: readonly string[]): Promise<void> {
  if (key === undefined) refuse("no key: --key sk_… or PARLEY_KEY");
  if (queue !== undefined && !Object.hasOwn(QUEUE_PLANS, queue)) refuse(`no such queue: ${queue}\n${USAGE}`);
  const ids = rest.map(Number);
  if (!ids.every((id) => Number.isInteger(id) && id > 0)) refuse(`not ids: ${rest.join(" ")}\n${USAGE}`);
  if (command === "list") for (const one of queue === undefined ? Object.keys(QUEUE_PLANS) : [queue]) await list(one);
  else if ((command === "retry" || command === "drop") && queue !== undefined)
    console.log(`${await move(command, queue, ids)} ${command === "retry" ? "put back" : "dropped"}`);
  else refuse(USAGE);
}

try {
  await run(positionals);
} catch (error) {
  refuse(
    error instanceof Error
      ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ""}`
      : String(error),
  );
}
