import { expect, it } from "vitest";
import { OPEN_METRICS_TYPE } from "../../src/kernel/metrics.ts";
import { api } from "../support/api.ts";
import { onEveryHost } from "../support/hosts.ts";
import { readOpenMetrics, sampleOf } from "../support/open-metrics.ts";
import { someone } from "../support/person.ts";
import { METRICS_KEY } from "../support/server-process.ts";

onEveryHost("the metrics", (url, host) => {
  const scrape = () => fetch(new URL("/metrics", url), { headers: { Authorization: `Bearer ${METRICS_KEY}` } });

  it("count what the server did, and are for their key only", async () => {
    const [from, to] = [someone("from"), someone("to")];
    const hello = { packId: "1", from, to, content: "hello" };
    expect((await api(url, "/v1/messages", { body: hello })).status).toBe(200);
    expect((await api(url, "/v1/messages", { body: hello })).status).toBe(200);
    expect((await fetch(new URL("/metrics", url))).status).toBe(401);
    const answer = await scrape();
    expect(answer.headers.get("Content-Type")).toBe(OPEN_METRICS_TYPE);
    const text = await answer.text();
    const families = readOpenMetrics(text);
    expect(text).not.toContain(from);
    const sends = { method: "POST", route: "/v1/messages", status: "200" };
    expect(sampleOf(families, "parley_http_request_duration_seconds_count", sends)).toBeGreaterThanOrEqual(2);
    expect(sampleOf(families, "parley_messages_total")).toBeGreaterThanOrEqual(1);
    expect(sampleOf(families, "parley_repeated_messages_total")).toBeGreaterThanOrEqual(1);
    if (host === "workers") {
      // An isolate knows of its own work only.
      const isolates = [...families.values()].flatMap(({ samples }) => samples.map(({ labels }) => labels.isolate));
      expect(new Set(isolates).size).toBe(1);
      expect(isolates[0]).toMatch(/^[0-9a-f-]{36}$/);
      return;
    }
    expect(sampleOf(families, "parley_commit_duration_seconds_count")).toBeGreaterThanOrEqual(1);
    expect(sampleOf(families, "parley_rooms", { kind: "session" })).toBeGreaterThanOrEqual(1);
    expect(sampleOf(families, "parley_queue_jobs", { queue: "archive" })).toBeGreaterThanOrEqual(0);
    expect(sampleOf(families, "parley_queue_lag_seconds", { queue: "archive" })).toBeGreaterThanOrEqual(0);
    expect(sampleOf(families, "parley_dead_letters", { queue: "archive" })).toBe(0);
    expect(sampleOf(families, "parley_users")).toBeGreaterThan(0);
    expect(sampleOf(families, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    expect(sampleOf(families, "process_cpu_seconds_total")).toBeGreaterThan(0);
  });
});
