import { answerOf } from "../../src/client/answer.ts";
import { Exchanges } from "../../src/client/exchanges.ts";
import type { AckFrame } from "../../src/protocol/down.ts";
import { ERRORS, type ErrorName, ParleyError } from "../../src/protocol/errors.ts";
import { FakeEnvironment, framesOf, turn, type WrittenFrame } from "./fake-environment.ts";

/** Exchanges whose other end is a test: it sees what is written and answers as it likes. */
export class FakeWire {
  readonly environment = new FakeEnvironment();
  /** WebSocket messages, the oldest first. */
  readonly messages: string[] = [];
  readonly exchanges = new Exchanges(this.environment, (message) => void this.messages.push(message));

  /** What was written since the last look, one array per WebSocket message. */
  async taken(): Promise<WrittenFrame[][]> {
    await turn();
    return this.messages.splice(0).map(framesOf);
  }

  async takenPacks(): Promise<string[][]> {
    return (await this.taken()).map((frames) => frames.map(({ packId }) => packId));
  }

  ok(packId: string, data: object = {}): void {
    this.#ack(packId, { code: 0, data });
  }

  fail(packId: string, name: ErrorName, retryAfterMs?: number): void {
    const { code, message } = ERRORS[name];
    this.#ack(packId, { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }

  unknownCode(packId: string, code: number): void {
    this.#ack(packId, { code, message: "from a newer server" });
  }

  #ack(packId: string, fields: object): void {
    const ack = { type: "ack", packId, ...fields } as AckFrame; // SAFETY: tests may answer with anything
    this.exchanges.settle(packId, answerOf(ack));
  }

  close(): void {
    this.exchanges.close(new ParleyError("CLOSED"));
  }
}

/** How a promise ended so far. */
export interface Ending {
  now: "pending" | { readonly value: unknown } | { readonly error: string };
}

export function endingOf(promise: Promise<unknown>): Ending {
  const ending: Ending = { now: "pending" };
  promise.then(
    (value) => {
      ending.now = { value };
    },
    (error: unknown) => {
      ending.now = { error: error instanceof ParleyError ? error.errorName : String(error) };
    },
  );
  return ending;
}
