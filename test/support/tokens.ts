import { AppId, UserId } from "../../src/protocol/ids.ts";
import { Tokens } from "../../src/routes/tokens.ts";
import { TOKEN_SECRET } from "./server-process.ts";

const HOUR_MS = 3_600_000;

/** A token as a third party's server would have got it. A negative life makes one that has expired. */
export function tokenFor(user: string, app: string = "main", lifeMs: number = HOUR_MS): Promise<string> {
  const nowMs = Date.now();
  const claims = {
    app: AppId.parse(app),
    userId: UserId.parse(user),
    tokenId: crypto.randomUUID(),
    expiresAtMs: nowMs + lifeMs,
  };
  return new Tokens(TOKEN_SECRET).sign(claims, nowMs);
}
