import type { RoomName } from "../../kernel/room-name.ts";
import type { TraceContext } from "../../kernel/trace.ts";
import { Visit, type VisitorState } from "../../kernel/visit.ts";
import type { Codec } from "../../protocol/codec.ts";
import { jsonCodec } from "../../protocol/codec-json.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { UpFrame } from "../../protocol/up.ts";
import { NativeConnection } from "./connection.ts";
import type { Turns } from "./turns.ts";

interface Visited {
  readonly room: RoomName;
  readonly state: VisitorState;
  readonly trace?: TraceContext | undefined;
}

/** Asks a mailbox without a socket. The answer leaves after the commit, like every frame. */
export function ask(turns: Turns, to: Visited, frame: UpFrame): Promise<Outcome> {
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
  turns.post(to.room, { type: "received", connection, request: { ok: true, frame } }, to.trace);
  return visit.answer;
}
