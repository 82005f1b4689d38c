import { assertNever } from "../../kernel/assert.ts";
import type { Measures } from "../../kernel/measures.ts";
import type { Clock } from "../../kernel/ports.ts";
import type {
  DecideCall,
  DecideResult,
  HookServiceCall,
  NoAnswer,
  PostCall,
  PostResult,
} from "../../protocol/rpc/hook-service-call.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import { type Http, HttpFailure, type HttpResponse } from "../http.ts";
import { retryAfterMs } from "../push/retry-after.ts";
import { type GuardPorts, mayCall } from "./address-guard.ts";
import { decisionsIn } from "./decisions.ts";
import { signedHeaders } from "./signature.ts";

/** Nobody looks at what a receiver of events says besides its status. */
const MAX_ANSWER_BYTES = 16_384;
/** Decisions may have content in them, as much as a batch of messages has. */
const MAX_DECISION_BYTES = 4_194_304;

export interface HookServicePorts extends GuardPorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly measures: Pick<Measures, "hookCalls" | "hooksDisabled">;
}

/** Answers what rooms ask servers of third parties. Never rejects. */
export type HookService = (call: HookServiceCall) => Promise<Outcome>;

export function hookService(ports: HookServicePorts): HookService {
  return async (call) => ({ ok: true, value: await answer(ports, call) });
}

function answer(ports: HookServicePorts, call: HookServiceCall): Promise<PostResult | DecideResult> | null {
  switch (call.type) {
    case "post":
      return post(ports, call);
    case "decide":
      return decide(ports, call);
    case "disabled":
      ports.measures.hooksDisabled.of(call.why).add();
      return null;
    default:
      return assertNever(call);
  }
}

async function post(ports: HookServicePorts, call: PostCall): Promise<PostResult> {
  const { clock } = ports;
  const startedMs = clock.nowMs();
  const ended = () => Math.max(0, clock.nowMs() - startedMs);
  const answer = await counted(ports, call, MAX_ANSWER_BYTES);
  if (typeof answer === "string") return { kind: "unanswered", why: answer, tookMs: ended() };
  const retryAfter = retryAfterMs(answer.headers["retry-after"], clock.nowMs());
  return {
    kind: "answered",
    status: answer.status,
    tookMs: ended(),
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
  };
}

async function decide(ports: HookServicePorts, call: DecideCall): Promise<DecideResult> {
  const answer = await counted(ports, call, MAX_DECISION_BYTES);
  if (typeof answer === "string") return { kind: "unanswered", why: answer };
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const decisions = isSuccess ? decisionsIn(answer.body, call.count) : undefined;
  return decisions === undefined ? { kind: "unanswered", why: "malformed" } : { kind: "decided", decisions };
}

async function counted(
  ports: HookServicePorts,
  call: PostCall | DecideCall,
  maxAnswerBytes: number,
): Promise<HttpResponse | NoAnswer> {
  const answer = await exchange(ports, call, maxAnswerBytes);
  const end = typeof answer === "string" ? answer : `${Math.floor(answer.status / 100)}xx`;
  ports.measures.hookCalls.of(call.type, end).add();
  return answer;
}

/** A signed POST, or why it has no answer. */
async function exchange(
  ports: HookServicePorts,
  { url, secrets, id, body, timeoutMs }: Omit<PostCall, "type">,
  maxAnswerBytes: number,
): Promise<HttpResponse | NoAnswer> {
  const startedMs = ports.clock.nowMs();
  try {
    if (!(await mayCall(url, ports))) return "forbidden";
    const leftMs = timeoutMs - (ports.clock.nowMs() - startedMs);
    if (leftMs <= 0) return "timeout";
    const timestamp = Math.floor(ports.clock.nowMs() / 1_000);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Parley-Webhook/1",
      ...signedHeaders(secrets, { id, timestamp, body }),
    };
    return await ports.http({ method: "POST", url, headers, body, timeoutMs: leftMs, http2: false, maxAnswerBytes });
  } catch (thrown) {
    return thrown instanceof HttpFailure ? thrown.kind : "lost";
  }
}
