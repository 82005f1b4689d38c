import type { z } from "zod";
import type { Clock } from "../../kernel/ports.ts";
import type { Done } from "../../protocol/frames/done.ts";
import type { MsgSignal, Typing } from "../../protocol/frames/message.ts";
import type { SessionId, UserId } from "../../protocol/ids.ts";
import type { Access } from "./access.ts";
import type { Drafts } from "./drafts.ts";
import type { SessionFeature } from "./feature.ts";
import type { Signals } from "./signals.ts";

/** In larger groups somebody always types, and everybody would be told so all the time. */
const MAX_MEMBERS_TOLD_OF_TYPING = 100;

interface PassingPorts {
  readonly sessionId: SessionId;
  readonly access: Access;
  readonly drafts: Drafts;
  readonly signals: Signals;
  readonly clock: Clock;
}

/** What members tell each other now and nobody keeps. */
export class Passing implements SessionFeature {
  readonly #ports: PassingPorts;

  constructor(ports: PassingPorts) {
    this.#ports = ports;
  }

  readonly requests = {
    "msg.signal": (from: UserId, frame: z.infer<typeof MsgSignal>): Done => {
      const { sessionId, access, drafts, signals, clock } = this.#ports;
      access.requireWriter(from);
      const { contentType } = frame;
      const content = drafts.allowed(contentType, frame.content);
      const signal = { type: "signal", sessionId, from, timestamp: clock.nowMs(), contentType, content } as const;
      signals.send(this.#othersThan(from), signal);
      return {};
    },
    typing: (from: UserId, { isTyping }: z.infer<typeof Typing>): Done => {
      const { sessionId, access, signals } = this.#ports;
      access.requireWriter(from);
      const others = this.#othersThan(from);
      if (others.length < MAX_MEMBERS_TOLD_OF_TYPING)
        signals.send(others, { type: "typing", sessionId, from, isTyping });
      return {};
    },
  };

  #othersThan(from: UserId): UserId[] {
    return this.#ports.access.members().filter((userId) => userId !== from);
  }
}
