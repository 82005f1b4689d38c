import type { RoomName } from "../../kernel/room-name.ts";
import { Visit, type VisitorState } from "../../kernel/visit.ts";
import type { Codec } from "../../protocol/codec.ts";
import { jsonCodec } from "../../protocol/codec-json.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { UpFrame } from "../../protocol/up.ts";
import { NativeConnection } from "./connection.ts";
import type { Turns } from "./turns.ts";

/** Asks a mailbox without a socket. The answer leaves after the commit, like every frame. */
export function ask(turns: Turns, to: { room: RoomName; state: VisitorState }, frame: UpFrame): Promise<Outcome> {
  const visit = new Visit();
  const codec: Codec = {
    ...jsonCodec,
    encode(frames) {
      for (const one of frames) visit.take(one);
      return "";
    },
  };
  const ended = (code: number) => {
    visit.closed(code);
    connection.closed();
  };
  const socket = { send() {}, close: ended, terminate() {}, bufferedBytes: () => 0 };
  const connection: NativeConnection = new NativeConnection(socket, codec, to);
  turns.post(to.room, { type: "received", connection, request: { ok: true, frame } });
  return visit.answer;
}
