import { DurableObject } from "cloudflare:workers";
import type { RoomCall } from "../../kernel/effects.ts";
import type { TraceContext } from "../../kernel/trace.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { UpFrame } from "../../protocol/up.ts";
import { PING_TEXT, PONG_TEXT } from "../../protocol/version.ts";
import type { Bindings, Visitor } from "./bindings.ts";
import { ObjectConnection } from "./object-connection.ts";
import { ObjectRoom } from "./object-room.ts";
import { ObjectVisit } from "./object-visit.ts";
import { acceptedIn, switchingProtocols } from "./upgrade.ts";

/** 1005 and 1006 say that there was no code; they cannot be sent. */
const UNSENDABLE_CODES = new Set([1005, 1006, 1015]);

/** The Durable Object of a user. Its sockets hibernate: no timer and no call is pending while it is idle. */
export class MailboxObject extends DurableObject<Bindings> {
  readonly #room: ObjectRoom;
  readonly #connections = new WeakMap<WebSocket, ObjectConnection>();

  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super(ctx, bindings);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING_TEXT, PONG_TEXT));
    this.#room = new ObjectRoom({ ctx, bindings }, "mailbox", () =>
      ctx
        .getWebSockets()
        .map((socket) => this.#connectionOf(socket))
        .filter(({ isOpen }) => isOpen),
    );
  }

  call(call: RoomCall, trace?: TraceContext): Outcome | Promise<Outcome> {
    return this.#room.pass([{ type: "call", call }], trace);
  }

  /** A request that came to the Worker over HTTP. */
  ask({ state, trace }: Visitor, frame: UpFrame): Promise<Outcome> {
    const connection = new ObjectVisit(state);
    void this.#room.pass([{ type: "received", connection, request: { ok: true, frame } }], trace);
    return connection.answer;
  }

  /** The Worker hands over an upgrade that it has checked. */
  override fetch(request: Request): Response {
    const { state, subprotocol } = acceptedIn(request);
    const { 0: client, 1: server } = new WebSocketPair();
    ObjectConnection.attach(server, state);
    this.ctx.acceptWebSocket(server);
    void this.#room.pass([{ type: "opened", connection: this.#connectionOf(server) }]);
    return switchingProtocols(client, subprotocol);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const connection = this.#connectionOf(socket);
    connection.heard();
    if (typeof message !== "string") connection.close(CLOSE.PROTOCOL_ERROR, "text frames only");
    else if (message.length > MAX_FRAME_BYTES) connection.close(CLOSE.TOO_BIG, "message too long");
    else if (connection.isOpen) {
      const requests = connection.codec.decode(message);
      void this.#room.pass(requests.map((request) => ({ type: "received", connection, request })));
    }
  }

  /** The handshake is only complete when the closing side gets its answer. */
  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    if (UNSENDABLE_CODES.has(code)) socket.close();
    else socket.close(code, reason);
    void this.#room.pass([{ type: "closed", connection: this.#connectionOf(socket) }]);
  }

  override webSocketError(socket: WebSocket): void {
    void this.#room.pass([{ type: "closed", connection: this.#connectionOf(socket) }]);
  }

  override alarm(): Promise<void> {
    return this.#room.alarm();
  }

  #connectionOf(socket: WebSocket): ObjectConnection {
    let connection = this.#connections.get(socket);
    if (connection === undefined) {
      connection = new ObjectConnection(socket, this.ctx);
      this.#connections.set(socket, connection);
    }
    return connection;
  }
}
