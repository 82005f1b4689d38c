import { once } from "node:events";
import { WebSocket } from "ws";
import { AckFrame, DownFrame } from "../../src/protocol/down.ts";
import { BEARER_PREFIX, PONG_TEXT, SUBPROTOCOL_JSON } from "../../src/protocol/version.ts";

export interface RawSocketOptions {
  readonly url: string;
  readonly token?: string;
  readonly deviceId?: string;
  readonly deviceType?: string;
  readonly protocols?: readonly string[];
  readonly authorization?: string;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

interface Waiter {
  readonly matches: (frame: DownFrame) => boolean;
  readonly resolve: (frame: DownFrame) => void;
}

/** A WebSocket without the SDK: it can send what no client would. Every frame that it gets is checked against the schema. */
export class RawSocket {
  readonly #ws: WebSocket;
  readonly closed: Promise<Closed>;
  /** Everything that was received and not yet taken by `next`, in order. */
  readonly frames: DownFrame[] = [];
  readonly #waiters: Waiter[] = [];
  #fault: Error | undefined;
  pongs = 0;

  constructor({ url, token, deviceId = "raw-1", deviceType = "web", protocols, authorization }: RawSocketOptions) {
    const address = new URL("/v1/connect", url.replace("http", "ws"));
    address.searchParams.set("deviceId", deviceId);
    address.searchParams.set("deviceType", deviceType);
    const bearer = token === undefined ? [] : [BEARER_PREFIX + token];
    this.#ws = new WebSocket(address, [...(protocols ?? [SUBPROTOCOL_JSON, ...bearer])], {
      perMessageDeflate: false,
      headers: authorization === undefined ? {} : { Authorization: authorization },
    });
    this.#ws.on("message", (data) => this.#received(String(data)));
    this.#ws.on("error", () => {});
    this.closed = once(this.#ws, "close").then(([code, reason]) => {
      return { code: Number(code), reason: String(reason) };
    });
  }

  async opened(): Promise<this> {
    await once(this.#ws, "open");
    return this;
  }

  send(value: unknown): void {
    this.#ws.send(typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value));
  }

  /** The first frame, received already or later, that matches; it is taken out of `frames`. */
  next(matches: (frame: DownFrame) => boolean): Promise<DownFrame> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    const index = this.frames.findIndex(matches);
    const [found] = index < 0 ? [] : this.frames.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    const frame = new Promise<DownFrame>((resolve) => this.#waiters.push({ matches, resolve }));
    return Promise.race([frame, this.#lost()]);
  }

  /** Sends a request and waits for its one response. */
  async request(frame: { readonly packId: string; readonly [key: string]: unknown }): Promise<AckFrame> {
    const answer = this.next((down) => down.type === "ack" && down.packId === frame.packId);
    this.send(frame);
    return AckFrame.parse(await answer);
  }

  /** The next answer to something that carried no packId. */
  async nextError(): Promise<number> {
    const frame = await this.next(({ type }) => type === "error");
    return frame.type === "error" ? frame.code : 0;
  }

  /** Stops reading: the network's buffers fill up, then the server's. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(): void {
    this.#ws.close();
  }

  /** Cuts the connection without a handshake. */
  cut(): void {
    this.#ws.terminate();
  }

  async #lost(): Promise<never> {
    const { code, reason } = await this.closed;
    throw new Error(`the socket was closed with ${code} ${reason}`);
  }

  #received(text: string): void {
    if (text === PONG_TEXT) {
      this.pongs += 1;
      return;
    }
    const value: unknown = JSON.parse(text);
    for (const one of Array.isArray(value) ? value : [value]) {
      const parsed = DownFrame.safeParse(one);
      if (parsed.success) this.#take(parsed.data);
      else this.#fault = new Error(`not a frame of the protocol: ${text.slice(0, 500)}`, { cause: parsed.error });
    }
  }

  #take(frame: DownFrame): void {
    const index = this.#waiters.findIndex(({ matches }) => matches(frame));
    const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
    if (waiter === undefined) this.frames.push(frame);
    else waiter.resolve(frame);
  }
}
