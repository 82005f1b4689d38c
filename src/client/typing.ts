import type { UserId } from "../protocol/ids.ts";
import type { Environment } from "./environment.ts";
import type { ClientEvents } from "./events.ts";

/** The own typing is told at most so often. */
const SAY_EVERY_MS = 3_000;
/** Without a further key stroke it has ended. */
const STOP_AFTER_MS = 5_000;
/** Of another user who says nothing more: their connection may be gone. */
const FORGET_AFTER_MS = 8_000;

interface Own {
  saidAtMs: number;
  cancelStop: () => void;
}

export interface TypingPorts {
  readonly environment: Environment;
  /** Tells the server, if there is a connection. */
  say(sessionId: string, isTyping: boolean): void;
  tell(event: ClientEvents["typing"]): void;
}

/** Who is typing: says so for the user, seldom, and ends what others do not end themselves. */
export class Typing {
  readonly #ports: TypingPorts;
  readonly #own = new Map<string, Own>();
  readonly #others = new Map<string, () => void>();

  constructor(ports: TypingPorts) {
    this.#ports = ports;
  }

  /** To be called with every key stroke. */
  typing(sessionId: string): void {
    const { environment, say } = this.#ports;
    const nowMs = environment.nowMs();
    const own = this.#own.get(sessionId) ?? { saidAtMs: Number.NEGATIVE_INFINITY, cancelStop: () => {} };
    this.#own.set(sessionId, own);
    own.cancelStop();
    own.cancelStop = environment.after(STOP_AFTER_MS, () => this.stop(sessionId));
    if (nowMs - own.saidAtMs < SAY_EVERY_MS) return;
    own.saidAtMs = nowMs;
    say(sessionId, true);
  }

  stop(sessionId: string): void {
    if (this.sent(sessionId)) this.#ports.say(sessionId, false);
  }

  /** A message ends it, here and for those who receive it. Answers whether there was something to end. */
  sent(sessionId: string): boolean {
    this.#own.get(sessionId)?.cancelStop();
    return this.#own.delete(sessionId);
  }

  /** Another user types, or ends it. */
  heard(event: ClientEvents["typing"]): void {
    const key = `${event.sessionId} ${event.from}`;
    this.#others.get(key)?.();
    this.#others.delete(key);
    if (event.isTyping)
      this.#others.set(
        key,
        this.#ports.environment.after(FORGET_AFTER_MS, () => this.heard({ ...event, isTyping: false })),
      );
    this.#ports.tell(event);
  }

  /** An entry of theirs came. */
  heardEntry(sessionId: string, from: UserId): void {
    if (this.#others.has(`${sessionId} ${from}`)) this.heard({ sessionId, from, isTyping: false });
  }

  close(): void {
    for (const { cancelStop } of this.#own.values()) cancelStop();
    for (const cancel of this.#others.values()) cancel();
    this.#own.clear();
    this.#others.clear();
  }
}
