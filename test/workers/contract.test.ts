import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { ObjectStorage } from "../../src/hosts/workers/object-storage.ts";
import { jobCases } from "../contract/suites/jobs.ts";
import { roomCases } from "../contract/suites/rooms.ts";
import { storageCases } from "../contract/suites/storage.ts";
import { bindings, WorkersHost } from "./workers-host.ts";

describe("rooms on Durable Objects", () => {
  const host = new WorkersHost();
  it.each([...roomCases, ...jobCases].map(({ name, run }) => [name, run] as const))("%s", (_, run) => run(host));
});

describe("storage of a Durable Object", () => {
  it.each(storageCases.map(({ name, run }, index) => [name, run, index] as const))("%s", async (_, run, index) => {
    const empty = bindings.SESSIONS.getByName(`main/session/SC_storage_${index}`);
    await runInDurableObject(empty, async (_, { storage }) => {
      const subject = new ObjectStorage(storage);
      await run({ sql: subject, transaction: subject });
    });
  });
});
