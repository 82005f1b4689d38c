import { CLOSE } from "../../protocol/close-codes.ts";
import { jsonCodec } from "../../protocol/codec-json.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import { PING_TEXT, PONG_TEXT } from "../../protocol/version.ts";
import type { Opening } from "../../routes/deps.ts";
import { NativeConnection, type Socket } from "./connection.ts";
import type { Turns } from "./turns.ts";

/** What a runtime tells about one of its sockets. */
export interface SocketEvents {
  text(text: string): void;
  binary(): void;
  closed(): void;
}

/** Connects a runtime's socket to its room, or closes it with the reason that the routes gave. */
export function acceptSocket(turns: Turns, socket: Socket, opening: Opening): SocketEvents {
  if (opening.kind === "refuse") {
    socket.close(opening.code, opening.reason);
    return { text() {}, binary() {}, closed() {} };
  }
  const connection = new NativeConnection(socket, jsonCodec, opening);
  turns.opened(connection);
  return {
    text: (text) => received(turns, connection, text),
    binary: () => connection.close(CLOSE.PROTOCOL_ERROR, "text frames only"),
    closed: () => turns.closed(connection),
  };
}

function received(turns: Turns, connection: NativeConnection, text: string): void {
  connection.heard();
  if (text === PING_TEXT) {
    connection.sendText(PONG_TEXT);
    return;
  }
  if (text.length > MAX_FRAME_BYTES) {
    connection.close(CLOSE.TOO_BIG, "message too long");
    return;
  }
  for (const request of connection.codec.decode(text)) {
    turns.post(connection.room, { type: "received", connection, request });
  }
}
