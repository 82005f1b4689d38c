import type { Connection } from "../../kernel/ports.ts";
import { Visit, type VisitorState } from "../../kernel/visit.ts";
import type { DownFrame } from "../../protocol/down.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { Holding } from "./object-connection.ts";

/** One request of the Worker to a mailbox object. Its answer is the reply of a call, so the output gate holds it. */
export class ObjectVisit implements Holding {
  readonly #visit = new Visit();
  #state: VisitorState;
  #waiting: DownFrame[] = [];

  constructor(state: VisitorState) {
    this.#state = state;
  }

  get answer(): Promise<Outcome> {
    return this.#visit.answer;
  }

  get state(): Connection["state"] {
    return this.#state;
  }

  save(state: Connection["state"]): void {
    this.#state = { ...state, phase: "visiting" };
  }

  lastSeenMs(): number {
    return Date.now();
  }

  hold(frame: DownFrame): boolean {
    return this.#waiting.push(frame) === 1;
  }

  flush(): void {
    for (const frame of this.#waiting.splice(0)) this.#visit.take(frame);
  }

  close(code: number): void {
    this.#visit.closed(code);
  }
}
