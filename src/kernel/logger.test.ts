import { expect, it } from "vitest";
import { JsonLogger, type LogLevel } from "./logger.ts";

function loggedAt(level: LogLevel): Record<string, unknown>[] {
  const lines: string[] = [];
  const logger = new JsonLogger({ level, clock: { nowMs: () => 0 }, write: (line) => lines.push(line) });
  logger.info("request", { status: 200, app: undefined });
  logger.warn("slow");
  logger.fault("route", new Error("broken"), { requestId: "1" });
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>); // SAFETY: an object in each
}

it("a log has one object in a line, with its time", () => {
  const time = "1970-01-01T00:00:00.000Z";
  expect(loggedAt("info")).toEqual([
    { time, level: "info", what: "request", status: 200 },
    { time, level: "warn", what: "slow" },
    { time, level: "error", what: "route", requestId: "1", fault: expect.stringContaining("Error: broken") },
  ]);
});

it("a log has nothing below its level", () => {
  const levels: LogLevel[] = ["debug", "info", "warn", "error", "none"];
  expect(levels.map((level) => loggedAt(level).length)).toEqual([3, 3, 2, 1, 0]);
});
