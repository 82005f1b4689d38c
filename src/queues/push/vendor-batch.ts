import { outcomeOfFailure } from "./failure.ts";
import type { PushOutcome, PushTarget } from "./provider.ts";

/** What came of one request that carried several tokens. */
export interface Verdict {
  /** For every token without an outcome of its own. */
  readonly all: PushOutcome;
  readonly byToken?: ReadonlyMap<string, PushOutcome>;
}

export type Exchange<App> = (app: App, tokens: readonly string[]) => Promise<Verdict>;

/** Printable and without a comma: vendors take lists of tokens, separated by commas, and nobody adds tokens to them through one of theirs. */
const TOKEN = /^[\x21-\x2b\x2d-\x7e]{1,4096}$/;

const MALFORMED: PushOutcome = { kind: "dropToken", reason: "malformed-token" };
const UNKNOWN_PACKAGE: PushOutcome = { kind: "configError", reason: "unknown-package" };

function tokenOf(target: PushTarget): string | undefined {
  const { address } = target;
  return address.kind === "token" && TOKEN.test(address.token) ? address.token : undefined;
}

/** Sends to the targets, which are of one package, and deals the verdict out to them. */
export async function exchangeForAll<App>(
  targets: readonly PushTarget[],
  apps: ReadonlyMap<string, App>,
  exchange: Exchange<App>,
): Promise<readonly PushOutcome[]> {
  const app = apps.get(targets[0]?.packageName ?? "");
  if (app === undefined) return targets.map(() => UNKNOWN_PACKAGE);
  const tokens = [...new Set(targets.flatMap((target) => tokenOf(target) ?? []))];
  if (tokens.length === 0) return targets.map(() => MALFORMED);
  const verdict = await exchange(app, tokens).catch((error: unknown): Verdict => ({ all: outcomeOfFailure(error) }));
  return targets.map((target) => {
    const token = tokenOf(target);
    return token === undefined ? MALFORMED : (verdict.byToken?.get(token) ?? verdict.all);
  });
}

/** An app that may push but not take back is set up well enough: that must not hold up its pushes. */
export function asWithdrawal(verdict: Verdict): Verdict {
  const { all } = verdict;
  return all.kind === "configError" ? { ...verdict, all: { kind: "giveUp", reason: all.reason } } : verdict;
}
