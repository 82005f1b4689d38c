import type { Accepted, Opening, Refused } from "../../routes/deps.ts";
import { type Bindings, stubOf } from "./bindings.ts";

/** Only the Worker can reach an object, and it makes this request anew: nothing a client sends gets into the header. */
const ACCEPTED_HEADER = "Parley-Accepted";

type Handover = Pick<Accepted, "state" | "subprotocol">;

/** Hands the upgrade to the mailbox, whose answer takes the Worker out of the socket's path; or refuses it. */
export function upgrade(bindings: Bindings, opening: Opening): Response | Promise<Response> {
  if (opening.kind === "refuse") return refused(opening);
  const { room, state, subprotocol } = opening;
  const handover: Handover = { state, subprotocol };
  const headers = { Upgrade: "websocket", [ACCEPTED_HEADER]: JSON.stringify(handover) };
  return stubOf(bindings, room).fetch(new Request("https://mailbox/connect", { headers }));
}

export function acceptedIn(request: Request): Handover {
  return JSON.parse(request.headers.get(ACCEPTED_HEADER) ?? "") as Handover; // SAFETY: written by `upgrade`
}

export function switchingProtocols(webSocket: WebSocket, subprotocol: string | undefined): Response {
  const headers: HeadersInit = subprotocol === undefined ? {} : { "Sec-WebSocket-Protocol": subprotocol };
  return new Response(null, { status: 101, webSocket, headers });
}

/** Browsers see a close code, but no HTTP status. */
function refused({ code, reason, subprotocol }: Refused): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, reason);
  return switchingProtocols(client, subprotocol);
}
