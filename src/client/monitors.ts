import type { Observed } from "../protocol/frames/monitor.ts";
import type { Requests } from "./requests.ts";

/** Follows sessions without being a member. The token needs the scope `observe`; entries come as `observed` events. */
export class Monitors {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Answers with the seqId after which entries come; what was before is in the history. */
  async start(sessionId: string): Promise<number> {
    return (await this.#requests.ask({ type: "monitor.start", sessionId })).seqId;
  }

  async stop(sessionId: string): Promise<number> {
    return (await this.#requests.ask({ type: "monitor.stop", sessionId })).seqId;
  }

  async list(): Promise<Observed[]> {
    return (await this.#requests.ask({ type: "monitor.sync" })).sessions;
  }
}
