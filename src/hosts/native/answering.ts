import { lookup } from "node:dns/promises";
import { assertNever } from "../../kernel/assert.ts";
import type { ServiceQuestion } from "../../kernel/services.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import { hookService } from "../../queues/webhook/hook-service.ts";
import type { Config } from "../../routes/config.ts";
import { fetchHttp } from "../fetch-http.ts";
import { guardPolicyOf } from "../guard-policy.ts";

/** Answers what rooms ask of services. */
export function answering(config: Config): (question: ServiceQuestion) => Promise<Outcome> {
  const policy = guardPolicyOf(config);
  const hooks = hookService({ http: fetchHttp, clock: { nowMs: () => Date.now() }, policy, resolve });
  return async (question) => {
    switch (question.service) {
      case "@archive":
        return failed(new ParleyError("UNAVAILABLE"));
      case "@hook":
        return hooks(question.call);
      default:
        return assertNever(question);
    }
  };
}

async function resolve(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
