import { assertNever } from "../../../kernel/assert.ts";
import { type BackoffPlan, backoffMs } from "../../../kernel/backoff.ts";
import type { PushOutcome, PushResult } from "../../../protocol/rpc/push-call.ts";
import { DONE, type Verdict } from "../../consumer.ts";
import type { Attempt } from "./attempt.ts";

type TriedDevice = readonly [tokenId: string, attempt: Attempt];

export interface Tried {
  readonly attempts: readonly TriedDevice[];
  /** How often the job was handed over, this time included. */
  readonly handedOver: number;
  readonly expiresAtMs: number;
}

export interface PolicyPorts {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
  readonly retry: BackoffPlan;
}

/** What becomes of a job, and what its mailbox is told. */
export interface Decision {
  readonly results: readonly PushResult[];
  readonly verdict: Verdict;
}

/** A configuration that is at fault may be mended in the next minutes; after that the job waits for the operator as a dead letter. */
const MAX_CONFIG_TRIES = 6;
const EXPIRED: PushOutcome = { kind: "giveUp", reason: "expired" };

/** See "What becomes of a push" in docs/push.md. */
export function decide(tried: Tried, ports: PolicyPorts): Decision {
  const { attempts, handedOver, expiresAtMs } = tried;
  const open = attempts.filter(([, attempt]) => isOpen(attempt));
  if (open.length === 0) return { results: resultsOf(attempts), verdict: DONE };
  const faults = open.flatMap(([, attempt]) => configFaultOf(attempt) ?? []);
  if (faults.length === open.length && handedOver >= MAX_CONFIG_TRIES) {
    return {
      results: resultsOf(attempts),
      verdict: { kind: "dead", reason: `the configuration of push: ${faults[0]}` },
    };
  }
  const afterMs = Math.max(...open.map(([, attempt]) => waitMs(attempt, handedOver, ports)));
  if (ports.nowMs + afterMs < expiresAtMs) return { results: resultsOf(attempts), verdict: { kind: "retry", afterMs } };
  const closed = attempts.filter(([, attempt]) => !isOpen(attempt));
  return {
    results: [...resultsOf(closed), ...open.map(([tokenId]) => ({ tokenId, outcome: EXPIRED }))],
    verdict: DONE,
  };
}

/** What was not tried is no result: the push log would fill with pauses. */
function resultsOf(attempts: readonly TriedDevice[]): PushResult[] {
  return attempts.flatMap(([tokenId, attempt]) =>
    attempt.kind === "asked" ? [{ tokenId, outcome: attempt.outcome }] : [],
  );
}

function isOpen(attempt: Attempt): boolean {
  if (attempt.kind !== "asked") return true;
  const { kind } = attempt.outcome;
  switch (kind) {
    case "sent":
    case "dropToken":
    case "giveUp":
      return false;
    case "retry":
    case "refreshCredential":
    case "configError":
      return true;
    default:
      return assertNever(kind);
  }
}

function configFaultOf(attempt: Attempt): string | undefined {
  if (attempt.kind === "paused") return attempt.fault;
  return attempt.kind === "asked" && attempt.outcome.kind === "configError" ? attempt.outcome.reason : undefined;
}

/** Not before the provider wants it, and later with every try; those who only have to queue do not wait longer for it. */
function waitMs(attempt: Attempt, handedOver: number, { retry, random }: PolicyPorts): number {
  const backoff = attempt.kind === "paced" ? 0 : backoffMs(retry, handedOver, random);
  return Math.max(backoff, Math.ceil(askedWaitMs(attempt) * (1 + random / 4)));
}

function askedWaitMs(attempt: Attempt): number {
  if (attempt.kind !== "asked") return attempt.afterMs;
  return attempt.outcome.kind === "retry" ? (attempt.outcome.afterMs ?? 0) : 0;
}
