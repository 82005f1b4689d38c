import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../test/support/repository.ts";
import { archiveFigures } from "./archive/archive.ts";
import { type MessageCost, messageCosts } from "./cost/message-cost.ts";
import { httpFigures } from "./http.ts";
import { pushFigures } from "./push/push.ts";
import {
  archiveTables,
  CHAT_HEAD,
  comparisonRows,
  costTable,
  hostRow,
  httpTable,
  lagTable,
  pushTable,
  stormTable,
  table,
  upkeep,
  verdicts,
  wordTable,
} from "./report.ts";
import { CHATS, type ChatName, type Comparison, compare, connectStorm, onWorkers, type Storm } from "./scenarios.ts";
import { wordCosts } from "./words.ts";

/** `npm run bench`, or a part of it: `npm run bench -- --only group100,storm`. */
const CHAT_NAMES = Object.keys(CHATS) as ChatName[]; // SAFETY: the keys of a constant
const PARTS: readonly string[] = [...CHAT_NAMES, "storm", "cost", "words", "archive", "push", "http", "workers"];

const { values } = parseArgs({
  options: {
    only: { type: "string", default: PARTS.join(",") },
    "archive-rows": { type: "string", default: "1000000" },
    "push-users": { type: "string", default: "2000" },
  },
});
const wanted = new Set(values.only.split(","));
for (const part of wanted) {
  if (!PARTS.includes(part)) throw new Error(`there is no part ${part}; there are ${PARTS.join(", ")}`);
}

function section(title: string, body: string): void {
  console.log(`## ${title}\n\n${body}`);
}

async function chats(): Promise<Map<string, Comparison>> {
  const results = new Map<string, Comparison>();
  for (const name of CHAT_NAMES.filter((part) => wanted.has(part))) {
    console.error(`${name} …`);
    results.set(name, await compare(name));
  }
  const rows = [...results].flatMap(([name, comparison]) => comparisonRows(name, comparison));
  if (rows.length > 0) section("Chat", table(CHAT_HEAD, rows));
  if (rows.length > 0) section("The archive meanwhile", lagTable(results));
  return results;
}

async function storms(): Promise<Storm | undefined> {
  if (!wanted.has("storm")) return undefined;
  console.error("storm …");
  const storm = await connectStorm();
  section("Connections (Parley, Bun)", stormTable(storm));
  return storm;
}

function costs(): MessageCost[] | undefined {
  if (!wanted.has("cost")) return undefined;
  const found = messageCosts();
  section("Cost of a message on Durable Objects", `${costTable(found)}\n${upkeep()}`);
  return found;
}

function words(): void {
  if (!wanted.has("words")) return;
  section("Sensitive words: 10 000 of them, messages of 200 characters", wordTable(wordCosts()));
}

async function archive(): Promise<void> {
  if (!wanted.has("archive")) return;
  console.error("archive …");
  section("Archive", archiveTables(await archiveFigures(Number(values["archive-rows"]))));
}

async function push(): Promise<void> {
  if (!wanted.has("push")) return;
  section("Push (Parley, Bun)", pushTable(await pushFigures(Number(values["push-users"]))));
}

async function http(): Promise<void> {
  if (!wanted.has("http")) return;
  console.error("http …");
  section("HTTP", httpTable(await httpFigures()));
}

async function workers(): Promise<void> {
  if (!wanted.has("workers") || !existsSync(join(ROOT, "wrangler.toml"))) return;
  console.error("workers …");
  const rows = (await onWorkers()).map(([name, result]) => hostRow(name, "Parley, workerd", result));
  section("Chat on the workers host (wrangler dev, smaller)", table(CHAT_HEAD, rows));
}

console.log(`# Parley bench: ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}\n`);
const measured = { chats: await chats(), storm: await storms(), costs: costs() };
words();
await archive();
await push();
await http();
await workers();
const judged = verdicts(measured);
if (judged.length > 0) section("Targets", table(["target", "limit", "measured", ""], judged));
