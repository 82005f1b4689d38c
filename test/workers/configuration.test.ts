import { createExecutionContext } from "cloudflare:test";
import { expect, it } from "vitest";
import type { Bindings } from "../../src/hosts/workers/bindings.ts";
import worker from "../../src/hosts/workers/worker.ts";
import { bindings } from "./workers-host.ts";

it("a deployment without its secrets serves nothing, and says all that is wrong", async () => {
  const { PARLEY_TOKEN_SECRET: _, PARLEY_SERVER_KEYS: __, ...rest } = bindings;
  const bare = { ...rest, PARLEY_RECALL_WINDOW_SECONDS: "soon", JOBS: undefined };
  for (const path of ["/healthz", "/v1/messages", "/dev/token"]) {
    const request = new Request(`https://parley.example${path}`);
    const response = await worker.fetch(
      request as Request<unknown, IncomingRequestCfProperties>, // SAFETY: nobody reads `cf`
      bare as unknown as Bindings, // SAFETY: one is missing, which is what this is about
      createExecutionContext(),
    );
    expect(response.status).toBe(503);
    const { detail } = (await response.json()) as { detail: string }; // SAFETY: checked by what follows
    expect(detail).toContain("PARLEY_TOKEN_SECRET is not set");
    expect(detail).toContain("PARLEY_SERVER_KEYS is not set");
    expect(detail).toContain("PARLEY_RECALL_WINDOW_SECONDS needs a whole number");
    expect(detail).toContain("JOBS is not bound");
  }
});
