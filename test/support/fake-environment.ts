import type { ClientSocket, Environment, SocketHandlers } from "../../src/client/environment.ts";
import type { DownFrame } from "../../src/protocol/down.ts";
import { PING_TEXT } from "../../src/protocol/version.ts";
import { seededRandom } from "../sim/random.ts";

/** A frame that the SDK wrote, as JSON gives it. */
export interface WrittenFrame {
  readonly type: string;
  readonly packId: string;
  readonly [field: string]: unknown;
}

export function framesOf(message: string): WrittenFrame[] {
  const value = JSON.parse(message) as WrittenFrame | WrittenFrame[]; // SAFETY: the SDK writes nothing else
  return Array.isArray(value) ? value : [value];
}

/** The server's end of a socket, in the hands of a test. */
export class FakeSocket implements ClientSocket {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly written: string[] = [];
  /** How the SDK closed it. */
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** Called with each WebSocket message, pings included. */
  onWritten: (message: string) => void = () => {};
  readonly #handlers: SocketHandlers;

  constructor(url: string, protocols: readonly string[], handlers: SocketHandlers) {
    this.url = new URL(url);
    this.protocols = protocols;
    this.#handlers = handlers;
  }

  send(text: string): void {
    this.written.push(text);
    this.onWritten(text);
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  get messages(): string[] {
    return this.written.filter((text) => text !== PING_TEXT);
  }

  get frames(): WrittenFrame[] {
    return this.messages.flatMap(framesOf);
  }

  open(): void {
    this.#handlers.opened();
  }

  /** Says something, even on a socket that the SDK closed: what was on its way arrives. */
  say(...frames: DownFrame[]): void {
    this.text(JSON.stringify(frames.length === 1 ? frames[0] : frames));
  }

  text(text: string): void {
    this.#handlers.text(text);
  }

  drop(code = 1006, reason = ""): void {
    this.#handlers.closed(code, reason);
  }
}

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** A turn of the event loop: every promise that can be settled is. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Time stands still until a test lets it pass; sockets do what a test says. */
export class FakeEnvironment implements Environment {
  readonly sockets: FakeSocket[] = [];
  readonly random: () => number;
  readonly newPackId: () => string;
  /** Called with each new socket. */
  onSocket: (socket: FakeSocket) => void = () => {};
  readonly #timers = new Set<Timer>();
  readonly #networkListeners = new Set<() => void>();
  #nowMs = 1_000_000;

  constructor(seed = 1) {
    let packs = 0;
    this.random = seededRandom(seed);
    this.newPackId = () => {
      packs += 1;
      return `pack-${packs}`;
    };
  }

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  readonly openSocket = (url: string, protocols: string[], handlers: SocketHandlers): ClientSocket => {
    const socket = new FakeSocket(url, protocols, handlers);
    this.sockets.push(socket);
    this.onSocket(socket);
    return socket;
  };

  readonly onNetworkBack = (run: () => void): (() => void) => {
    this.#networkListeners.add(run);
    return () => void this.#networkListeners.delete(run);
  };

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  get timers(): number {
    return this.#timers.size;
  }

  get networkListeners(): number {
    return this.#networkListeners.size;
  }

  networkBack(): void {
    for (const run of this.#networkListeners) run();
  }

  /** Runs what is due within `ms`, each timer at its time, with all that follows from it before the next. */
  async pass(ms: number): Promise<void> {
    await turn();
    const endMs = this.#nowMs + ms;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.run();
      await turn();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && timer.atMs < (next?.atMs ?? Number.POSITIVE_INFINITY)) next = timer;
    }
    return next;
  }
}

/** What the SDK reads of a token: the name of its user. */
export function fakeToken(userId: string): string {
  return `head.${btoa(JSON.stringify({ sub: userId }))}.signature`;
}
