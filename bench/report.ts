import type { ArchiveFigures, ArchiveReads } from "./archive/archive.ts";
import { idleHour, type MessageCost } from "./cost/message-cost.ts";
import { dollarsPerMillion } from "./cost/prices.ts";
import type { ChatResult, Load } from "./driver/job.ts";
import type { HttpFigure } from "./http.ts";
import type { PushFigure } from "./push/push.ts";
import type { Comparison, Storm } from "./scenarios.ts";
import type { WordCost } from "./words.ts";

/** What was asked for; see README.md. */
const TARGETS = { deliveryRatio: 0.6, ackRatio: 0.5, pacedP99Ms: 30, idleKib: 12, rowsWritten: 5, calls: 4 } as const;

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}

const count = (value: number) => Math.round(value).toLocaleString("en").replaceAll(",", " ");
const ms = (value: number) => value.toFixed(1);
const dollars = (value: number) => `$${value.toFixed(2)}`;

export function pushTable(figures: readonly PushFigure[]): string {
  const head = ["provider", "users", "pushes/s", "requests", "from message to provider, p50 / p99 ms"];
  const rows = figures.map((figure) => [
    figure.provider,
    count(figure.users),
    count(figure.pushesPerSecond),
    count(figure.requests),
    `${ms(figure.p50Ms)} / ${ms(figure.p99Ms)}`,
  ]);
  return table(head, rows);
}

export function lagTable(comparisons: ReadonlyMap<string, Comparison>): string {
  const head = [
    "load",
    "entries archived",
    "age of a batch's newest entry, p50 / p99 s at most",
    "oldest job at the end, s",
  ];
  const rows = [...comparisons].map(([name, { archive }]) => [
    name,
    count(archive.entries),
    `${archive.p50S} / ${archive.p99S}`,
    archive.oldestJobS.toFixed(1),
  ]);
  return table(head, rows);
}

export const CHAT_HEAD = [
  "load",
  "server",
  "acks/s",
  "of floor",
  "deliveries/s",
  "of floor",
  "server CPU µs per message",
  "p50 / p99 ms, saturated",
  "p50 / p99 ms, 30 %",
];

function latency(load: Load | undefined): string {
  return load === undefined ? "" : `${ms(load.p50Ms)} / ${ms(load.p99Ms)}`;
}

function chatRow(name: string, server: string, result: ChatResult, floor: ChatResult | undefined): string[] {
  const { saturated, paced } = result;
  const ratio = (of: (load: Load) => number) =>
    floor === undefined ? "" : (of(saturated) / of(floor.saturated)).toFixed(2);
  return [
    name,
    server,
    count(saturated.acksPerSecond),
    ratio((load) => load.acksPerSecond),
    count(saturated.deliveriesPerSecond),
    ratio((load) => load.deliveriesPerSecond),
    saturated.cpuMicros?.toFixed(1) ?? "",
    latency(saturated),
    latency(paced),
  ];
}

export function comparisonRows(name: string, { floor, parley }: Comparison): string[][] {
  return [chatRow(name, "floor", floor, undefined), chatRow(name, "Parley, Bun", parley, floor)];
}

export function hostRow(name: string, server: string, result: ChatResult): string[] {
  return chatRow(name, server, result, undefined);
}

export function stormTable({ connections, opening, fromStart, kibAtOnce, kibIdle }: Storm): string {
  return table(
    [
      "storm of",
      "live after s",
      "connections/s",
      "p50 / p99 ms",
      "KiB each, at once",
      "KiB each, idle",
      "since the start",
    ],
    [
      [
        count(connections),
        opening.seconds.toFixed(2),
        count(connections / opening.seconds),
        `${ms(opening.p50Ms)} / ${ms(opening.p99Ms)}`,
        ms(kibAtOnce),
        ms(kibIdle),
        ms(fromStart),
      ],
    ],
  );
}

export function costTable(costs: readonly MessageCost[]): string {
  const rows = costs.map(({ name, perMessage }) => {
    const price = dollarsPerMillion(perMessage);
    return [
      name,
      perMessage.rowsWritten.toFixed(2),
      perMessage.calls.toFixed(2),
      perMessage.alarmRuns.toFixed(2),
      dollars(price.rows),
      dollars(price.requests),
      dollars(price.duration),
      dollars(price.total),
    ];
  });
  const head = ["load", "row writes", "calls", "alarm runs", "rows", "requests", "duration", "a million messages"];
  return table(head, rows);
}

export function wordTable(costs: readonly WordCost[]): string {
  const rows = costs.map(({ name, buildMs, microsPerMessage }) => [name, ms(buildMs), microsPerMessage.toFixed(2)]);
  return table(["words", "built once, ms", "µs per message"], rows);
}

export function upkeep(): string {
  const hour = idleHour();
  const price = dollarsPerMillion(hour).total / 1e6;
  return `An idle connection: ${hour.rowsWritten} row writes, ${hour.alarmRuns} alarm runs and ${hour.calls} calls an hour, $${(price * 720).toFixed(4)} a month.\n`;
}

export interface Measured {
  readonly chats: ReadonlyMap<string, Comparison>;
  readonly storm: Storm | undefined;
  readonly costs: readonly MessageCost[] | undefined;
}

/** Each target, what was measured, and whether that meets it. */
export function verdicts({ chats, storm, costs }: Measured): string[][] {
  const rows: string[][] = [];
  const judge = (what: string, value: number, limit: number, atLeast: boolean) => {
    const met = atLeast ? value >= limit : value <= limit;
    rows.push([what, `${atLeast ? "≥" : "≤"} ${limit}`, value.toFixed(2), met ? "met" : "missed"]);
  };
  const group = chats.get("group100");
  const pairs = chats.get("pairs1000");
  const ratio = ({ floor, parley }: Comparison, of: (load: Load) => number) =>
    of(parley.saturated) / of(floor.saturated);
  if (group)
    judge(
      "group of 100: deliveries/s of the floor's",
      ratio(group, (load) => load.deliveriesPerSecond),
      TARGETS.deliveryRatio,
      true,
    );
  if (pairs)
    judge(
      "1:1: durable acks/s of the floor's",
      ratio(pairs, (load) => load.acksPerSecond),
      TARGETS.ackRatio,
      true,
    );
  for (const [name, { parley }] of chats) {
    if (parley.paced) judge(`${name}: p99 at 30 % load, ms`, parley.paced.p99Ms, TARGETS.pacedP99Ms, false);
  }
  if (storm) judge("KiB per idle connection", storm.kibIdle, TARGETS.idleKib, false);
  const idle = costs?.[0]?.perMessage;
  if (idle) judge("1:1, idle: row writes per message", idle.rowsWritten, TARGETS.rowsWritten, false);
  if (idle) judge("1:1, idle: calls per message", idle.calls, TARGETS.calls, false);
  return rows;
}

export function archiveTables({ rows, writes, reads, served }: ArchiveFigures): string {
  const written = writes.map(({ database, size, rowsPerSecond, cpuMicros }) => {
    return [database, String(size), count(rowsPerSecond), count(cpuMicros)];
  });
  const readTable = (what: string, figures: readonly ArchiveReads[]) =>
    table(
      [what, "p50 / p99 ms"],
      figures.map((one) => [one.what, `${ms(one.p50Ms)} / ${ms(one.p99Ms)}`]),
    );
  const writeTable = table(["database", "entries per batch", "rows/s", "CPU µs per row"], written);
  return [writeTable, readTable(`of ${count(rows)} rows`, reads), readTable("of a server", served)].join("\n");
}

export function httpTable(figures: readonly HttpFigure[]): string {
  const head = ["server", "messages per request", "requests at once", "messages/s", "p50 / p99 ms of a request"];
  const rows = figures.map(({ host, batch, callers, messagesPerSecond, p50Ms, p99Ms }) => {
    return [`Parley, ${host}`, String(batch), String(callers), count(messagesPerSecond), `${ms(p50Ms)} / ${ms(p99Ms)}`];
  });
  return table(head, rows);
}
