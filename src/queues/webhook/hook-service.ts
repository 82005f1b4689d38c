import type { Clock } from "../../kernel/ports.ts";
import type { HookServiceCall, NoAnswer, PostCall, PostResult } from "../../protocol/rpc/hook-service-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { type Http, HttpFailure, type HttpResponse } from "../http.ts";
import { retryAfterMs } from "../push/retry-after.ts";
import { type GuardPorts, mayCall } from "./address-guard.ts";
import { signedHeaders } from "./signature.ts";

/** Nobody looks at what a receiver says besides its status. */
const MAX_ANSWER_BYTES = 16_384;

export interface HookServicePorts extends GuardPorts {
  readonly http: Http;
  readonly clock: Clock;
}

/** Answers what rooms ask servers of third parties. Never rejects. */
export type HookService = (call: HookServiceCall) => Promise<Outcome>;

export function hookService(ports: HookServicePorts): HookService {
  return async (call) => ({ ok: true, value: await post(ports, call) });
}

async function post(ports: HookServicePorts, { url, secrets, id, body, timeoutMs }: PostCall): Promise<PostResult> {
  const { clock } = ports;
  const startedMs = clock.nowMs();
  const ended = () => Math.max(0, clock.nowMs() - startedMs);
  const answer = await exchange(ports, { url, secrets, id, body, timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES });
  if (typeof answer === "string") return { kind: "unanswered", why: answer, tookMs: ended() };
  const retryAfter = retryAfterMs(answer.headers["retry-after"], clock.nowMs());
  return {
    kind: "answered",
    status: answer.status,
    tookMs: ended(),
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
  };
}

interface Exchange extends Omit<PostCall, "type"> {
  readonly maxAnswerBytes: number;
}

/** A signed POST, or why it has no answer. */
async function exchange(ports: HookServicePorts, asked: Exchange): Promise<HttpResponse | NoAnswer> {
  const { url, secrets, id, body, timeoutMs, maxAnswerBytes } = asked;
  try {
    if (!(await mayCall(url, ports))) return "forbidden";
    const timestamp = Math.floor(ports.clock.nowMs() / 1_000);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Parley-Webhook/1",
      ...signedHeaders(secrets, { id, timestamp, body }),
    };
    return await ports.http({ method: "POST", url, headers, body, timeoutMs, http2: false, maxAnswerBytes });
  } catch (thrown) {
    return thrown instanceof HttpFailure ? thrown.kind : "lost";
  }
}
