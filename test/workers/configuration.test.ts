import { expect, it } from "vitest";
import worker from "../../src/hosts/workers/worker.ts";
import { bindings } from "./workers-host.ts";

it("a deployment without its secrets serves nothing, and says which", async () => {
  const { PARLEY_TOKEN_SECRET: _, PARLEY_SERVER_KEYS: __, ...bare } = bindings;
  for (const path of ["/healthz", "/v1/messages", "/dev/token"]) {
    const request = new Request(`https://parley.example${path}`);
    const response = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, bare); // SAFETY: nobody reads `cf`
    expect(response.status).toBe(503);
    const { detail } = (await response.json()) as { detail: string }; // SAFETY: checked by what follows
    expect(detail).toContain("PARLEY_TOKEN_SECRET is not set");
    expect(detail).toContain("PARLEY_SERVER_KEYS is not set");
  }
});
