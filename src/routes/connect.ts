import { mailboxRoom } from "../kernel/room-name.ts";
import { CLOSE } from "../protocol/close-codes.ts";
import { ParleyError } from "../protocol/errors.ts";
import { DeviceId, DeviceType } from "../protocol/ids.ts";
import { BEARER_PREFIX, SUBPROTOCOL_JSON } from "../protocol/version.ts";
import type { Deps, Opening } from "./deps.ts";
import type { Tokens } from "./tokens.ts";

function offeredProtocols(request: Request): string[] {
  const header = request.headers.get("Sec-WebSocket-Protocol") ?? "";
  return header.split(",").map((protocol) => protocol.trim());
}

function tokenIn(request: Request): string | undefined {
  const bearer = offeredProtocols(request).find((protocol) => protocol.startsWith(BEARER_PREFIX));
  if (bearer !== undefined) return bearer.slice(BEARER_PREFIX.length);
  const [, token] = /^Bearer (.+)$/i.exec(request.headers.get("Authorization") ?? "") ?? [];
  return token;
}

/**
 * Decides a WebSocket upgrade. The token comes in the subprotocol list (`bearer.<jwt>`) or the Authorization
 * header, device id and type as query parameters.
 */
export async function openingOf(
  request: Request,
  tokens: Tokens,
  deps: Pick<Deps, "clock" | "settings">,
): Promise<Opening> {
  const subprotocol = offeredProtocols(request).find((protocol) => protocol === SUBPROTOCOL_JSON);
  const refuse = (code: number, reason: string): Opening => ({ kind: "refuse", code, reason, subprotocol });
  const token = tokenIn(request);
  if (token === undefined) return refuse(CLOSE.UNAUTHORIZED, "no token");
  if (subprotocol === undefined) return refuse(CLOSE.PROTOCOL_ERROR, `offer ${SUBPROTOCOL_JSON}`);
  const query = new URL(request.url).searchParams;
  const deviceId = DeviceId.safeParse(query.get("deviceId"));
  const deviceType = DeviceType.safeParse(query.get("deviceType"));
  if (!deviceId.success) return refuse(CLOSE.PROTOCOL_ERROR, "deviceId is missing or wrong");
  if (!deviceType.success) return refuse(CLOSE.PROTOCOL_ERROR, "deviceType is missing or wrong");
  try {
    const { app, ...bearer } = await tokens.verify(token, deps.clock.nowMs());
    if ((await deps.settings(app)).status === "suspended") return refuse(CLOSE.APP_SUSPENDED, "the app is suspended");
    const device = { deviceId: deviceId.data, deviceType: deviceType.data };
    const state = { phase: "syncing", ...bearer, ...device } as const;
    return { kind: "accept", room: mailboxRoom(app, bearer.userId), state, subprotocol };
  } catch (thrown) {
    const reason = thrown instanceof ParleyError ? thrown.errorName : undefined;
    if (reason === "UNAVAILABLE") return refuse(CLOSE.UNAVAILABLE, "the app cannot be reached");
    if (reason === "TOKEN_EXPIRED") return refuse(CLOSE.TOKEN_EXPIRED, "the token has expired");
    return refuse(CLOSE.UNAUTHORIZED, "wrong token");
  }
}
