import { refusal } from "../../kernel/refusal.ts";
import type { DownFrame } from "../../protocol/down.ts";
import { ParleyError } from "../../protocol/errors.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { NativeConnection } from "./connection.ts";

type Answer = (outcome: Outcome) => void;

/** What must not leave before the turn is on disk. */
export class HeldEffects {
  #touched: NativeConnection[] = [];
  #closes: { connection: NativeConnection; code: number; reason: string }[] = [];
  #answers: { answer: Answer; outcome: Outcome }[] = [];
  #asks: (() => void)[] = [];

  send(connection: NativeConnection, frame: DownFrame): void {
    if (connection.hold(frame)) this.#touched.push(connection);
  }

  close(connection: NativeConnection, code: number, reason: string): void {
    this.#closes.push({ connection, code, reason });
  }

  /** A question to a service; a turn that is lost asks nothing. */
  ask(ask: () => void): void {
    this.#asks.push(ask);
  }

  answer(answer: Answer, outcome: Outcome): void {
    this.#answers.push({ answer, outcome });
  }

  /** The turn is durable. Returns connections that did not drain and were closed. */
  release(): NativeConnection[] {
    const { touched, closes, answers, asks } = this.#take();
    const slow = touched.filter((connection) => !connection.flush());
    for (const { connection, code, reason } of closes) connection.close(code, reason);
    for (const { answer, outcome } of answers) answer(outcome);
    for (const ask of asks) ask();
    return slow;
  }

  /**
   * The turn is lost: every answer that it held becomes a coded error, everything else is as if it never was. An `error`
   * frame answers what was no request, stored or not. Whoever changed a connection's state has also answered it.
   */
  fail(): void {
    const { touched, closes, answers } = this.#take();
    const failure = failed(new ParleyError("DATABASE"));
    for (const connection of touched) {
      connection.revise((frame) => {
        if (frame.type === "error") return frame;
        return frame.type === "ack" ? refusal(frame.packId, failure) : undefined;
      });
      connection.flush();
    }
    for (const { connection, code, reason } of closes) connection.close(code, reason);
    for (const { answer } of answers) answer(failure);
  }

  #take() {
    const taken = { touched: this.#touched, closes: this.#closes, answers: this.#answers, asks: this.#asks };
    this.#touched = [];
    this.#closes = [];
    this.#answers = [];
    this.#asks = [];
    return taken;
  }
}
