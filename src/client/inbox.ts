import type { DownFrame } from "../protocol/down.ts";
import { answerOf } from "./answer.ts";
import type { Emitter } from "./emitter.ts";
import type { ClientEvents } from "./events.ts";
import type { Exchanges } from "./exchanges.ts";
import type { Replica } from "./replica.ts";
import type { Typing } from "./typing.ts";

export interface InboxPorts {
  readonly exchanges: Exchanges;
  readonly replica: Replica;
  readonly typing: Typing;
  readonly events: Emitter<ClientEvents>;
}

/** What the server says, in its order. */
export class Inbox {
  readonly #ports: InboxPorts;

  constructor(ports: InboxPorts) {
    this.#ports = ports;
  }

  /** One WebSocket message. */
  received(text: string): void {
    const value = JSON.parse(text) as DownFrame | DownFrame[]; // SAFETY: from the server, which validates nothing less
    for (const frame of Array.isArray(value) ? value : [value]) this.#handle(frame);
  }

  #handle(frame: DownFrame): void {
    const { exchanges, replica, typing } = this.#ports;
    switch (frame.type) {
      case "ack":
        exchanges.settle(frame.packId, answerOf(frame));
        return;
      case "entry":
        replica.timelines.received(frame.sessionId, frame.entries);
        return;
      case "session":
        replica.timelines.told(frame.session);
        return;
      case "typing":
        typing.heard(without(frame));
        return;
      case "chunk":
        this.#ports.events.emit("chunk", without(frame));
        replica.grew(frame);
        return;
      case "hidden":
        this.#ports.events.emit("hidden", without(frame));
        replica.hidden(frame.sessionId, frame.seqIds);
        return;
      default:
        this.#pass(frame);
    }
  }

  /** What is told as it came. */
  #pass(frame: DownFrame): void {
    const { events } = this.#ports;
    switch (frame.type) {
      case "signal":
        events.emit("signal", without(frame));
        return;
      case "receipt":
        events.emit("receipt", without(frame));
        return;
      case "presence":
        events.emit("presence", without(frame));
        return;
      case "sync.command":
        events.emit("syncCommand", without(frame));
        return;
      case "observed":
        for (const entry of frame.entries) events.emit("observed", { sessionId: frame.sessionId, entry });
        return;
      default:
        // After `kicked` and `error` the close code says what to do; and a newer server may say more than we know.
        return;
    }
  }
}

function without<Frame extends DownFrame>({ type: _, ...told }: Frame): Omit<Frame, "type"> {
  return told;
}
