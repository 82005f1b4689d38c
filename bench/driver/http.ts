import type { HttpJob, HttpResult } from "./job.ts";
import { Latencies } from "./latencies.ts";

const PAIRS = 1_000;

/** Callers that each send their next request when the last one was answered, as a third party's servers do. */
class Callers {
  readonly #job: HttpJob;
  readonly #latencies = new Latencies();
  #messages = 0;
  #sent = 0;

  constructor(job: HttpJob) {
    this.#job = job;
  }

  async run(): Promise<HttpResult> {
    const { warmUpMs, measureMs, callers } = this.#job;
    const endAtMs = performance.now() + warmUpMs + measureMs;
    const calling = Array.from({ length: callers }, () => this.#callUntil(endAtMs));
    await new Promise((resolve) => setTimeout(resolve, warmUpMs));
    this.#latencies.clear();
    this.#messages = 0;
    const beganAtMs = performance.now();
    await Promise.all(calling);
    const seconds = (performance.now() - beganAtMs) / 1_000;
    return { messagesPerSecond: this.#messages / seconds, ...this.#latencies.summary() };
  }

  async #callUntil(endAtMs: number): Promise<void> {
    while (performance.now() < endAtMs) {
      const { path, body } = this.#request();
      const sentAtMs = performance.now();
      await this.#call(path, body);
      this.#latencies.add(performance.now() - sentAtMs);
      this.#messages += this.#job.batch;
    }
  }

  #request(): { path: string; body: object } {
    const { batch } = this.#job;
    if (batch === 1) return { path: "/v1/messages", body: this.#message() };
    return { path: "/v1/messages/batch", body: { messages: Array.from({ length: batch }, () => this.#message()) } };
  }

  #message(): object {
    const number = this.#sent++;
    const pair = number % PAIRS;
    return { packId: `p${number}`, from: `a${pair}`, to: `b${pair}`, content: "hello, how are you today?" };
  }

  async #call(path: string, body: object): Promise<void> {
    const { url, key } = this.#job;
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.text();
    if (!response.ok || answer.includes('"problem"')) throw new Error(`${path} answered ${response.status} ${answer}`);
  }
}

export function runHttp(job: HttpJob): Promise<HttpResult> {
  return new Callers(job).run();
}
