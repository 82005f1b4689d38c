import { type BackoffPlan, backoffMs } from "../kernel/backoff.ts";
import { afterClose, CLOSE } from "../protocol/close-codes.ts";
import { ParleyError } from "../protocol/errors.ts";
import { PING_INTERVAL_MS } from "../protocol/limits.ts";
import { BEARER_PREFIX, PING_TEXT, PONG_TEXT, SUBPROTOCOL_JSON } from "../protocol/version.ts";
import type { ClientSocket, Environment } from "./environment.ts";
import type { Status } from "./status.ts";
import { type TokenSource, tokenFrom, userOf } from "./token.ts";

const RECONNECT: BackoffPlan = { baseMs: 500, maxMs: 30_000 };
/** After "reconnect now": spread, because a stopping server says it to everybody at once. */
const RECONNECT_NOW_WITHIN_MS = 1_000;
const OPEN_TIMEOUT_MS = 15_000;
const PONG_TIMEOUT_MS = 10_000;
const LOST = 1006;

export interface LinkOptions {
  readonly url: string;
  readonly token: TokenSource;
  readonly deviceId: string;
  readonly deviceType: string;
}

export interface LinkHandlers {
  /** A socket is open; the user is always the same. */
  opened(userId: string): void;
  text(text: string): void;
  /** It is gone: what was sent may or may not have arrived. */
  lost(): void;
  status(status: Status): void;
}

/** Keeps one socket open: connects, pings, and reconnects as the close codes say. */
export class Link {
  readonly #options: LinkOptions;
  readonly #environment: Environment;
  readonly #handlers: LinkHandlers;
  #status: Status = { state: "idle" };
  #socket: ClientSocket | undefined;
  #userId: string | undefined;
  #failures = 0;
  #isOpen = false;
  #heardAtMs = 0;
  #cancelTimer = () => {};
  #cancelWatch = () => {};
  #stopListening = () => {};

  constructor(options: LinkOptions, environment: Environment, handlers: LinkHandlers) {
    this.#options = options;
    this.#environment = environment;
    this.#handlers = handlers;
  }

  get status(): Status {
    return this.#status;
  }

  start(): void {
    if (this.#status.state !== "idle") return;
    this.#stopListening = this.#environment.onNetworkBack(() => this.#networkBack());
    this.#connect();
  }

  /** Writes one WebSocket message. Without an open socket it is dropped: requests are sent again after the sync. */
  send(text: string): void {
    if (this.#isOpen) this.#socket?.send(text);
  }

  /** The sync is complete. */
  online(): void {
    if (!this.#isOpen) return;
    this.#failures = 0;
    this.#setStatus({ state: "online" });
  }

  /** Gives up this socket and tries again with backoff. */
  restart(reason: string): void {
    this.#drop(LOST, reason);
  }

  stop(code: number, reason: string): void {
    if (this.#status.state === "closed") return;
    this.#stopListening();
    this.#forgetSocket()?.close(code, reason);
    this.#setStatus({ state: "closed", code, reason });
  }

  /** Comes last in a step, or is followed by a check: a listener may stop the link. */
  #setStatus(status: Status): void {
    this.#status = status;
    this.#handlers.status(status);
  }

  #connect(): void {
    this.#cancelTimer = this.#environment.after(OPEN_TIMEOUT_MS, () => this.#drop(LOST, "no connection in time"));
    const attempt = this.#cancelTimer;
    this.#setStatus({ state: "connecting" });
    if (this.#cancelTimer !== attempt) return;
    tokenFrom(this.#options.token).then(
      (token) => {
        if (this.#cancelTimer === attempt) this.#open(token);
      },
      (thrown: unknown) => {
        if (this.#cancelTimer === attempt) this.#drop(LOST, `no token: ${String(thrown)}`);
      },
    );
  }

  #open(token: string): void {
    const userId = this.#userFrom(token);
    if (userId === undefined) return;
    const { url, deviceId, deviceType } = this.#options;
    const address = new URL("/v1/connect", url.replace(/^http/, "ws"));
    address.searchParams.set("deviceId", deviceId);
    address.searchParams.set("deviceType", deviceType);
    const ifCurrent = (act: () => void) => () => {
      if (this.#socket === socket) act();
    };
    const socket = this.#environment.openSocket(address.href, [SUBPROTOCOL_JSON, BEARER_PREFIX + token], {
      opened: () => ifCurrent(() => this.#opened(userId))(),
      text: (text) => ifCurrent(() => this.#heard(text))(),
      closed: (code, reason) => ifCurrent(() => this.#drop(code, reason))(),
    });
    this.#socket = socket;
  }

  /** The state that the client holds is one user's; a token of another would mix two. */
  #userFrom(token: string): string | undefined {
    try {
      const userId = userOf(token);
      this.#userId ??= userId;
      if (userId !== this.#userId) throw new ParleyError("BAD_CREDENTIALS", "the token is another user's");
      return userId;
    } catch (thrown) {
      this.stop(CLOSE.UNAUTHORIZED, thrown instanceof Error ? thrown.message : String(thrown));
      return undefined;
    }
  }

  #opened(userId: string): void {
    this.#cancelTimer();
    this.#isOpen = true;
    this.#watch();
    this.#setStatus({ state: "syncing" });
    if (this.#isOpen) this.#handlers.opened(userId);
  }

  #heard(text: string): void {
    this.#heardAtMs = this.#environment.nowMs();
    if (text !== PONG_TEXT) this.#handlers.text(text);
  }

  /** Pings at a fixed interval, whatever arrives meanwhile: the server, too, wants to know who is alive. */
  #watch(): void {
    this.#cancelWatch = this.#environment.after(PING_INTERVAL_MS, () => this.#ping());
  }

  /** Silence after a ping means that the socket is dead, whatever the network stack believes. */
  #ping(): void {
    this.#cancelWatch();
    const pingedAtMs = this.#environment.nowMs();
    this.#socket?.send(PING_TEXT);
    this.#cancelWatch = this.#environment.after(PONG_TIMEOUT_MS, () => {
      if (this.#heardAtMs >= pingedAtMs) this.#watch();
      else this.#drop(LOST, "no pong in time");
    });
  }

  #networkBack(): void {
    if (this.#isOpen) this.#ping();
    else if (this.#status.state === "waiting") this.#reconnectIn(0, this.#status);
  }

  #drop(code: number, reason: string): void {
    const socket = this.#forgetSocket();
    socket?.close(CLOSE.STALE, reason);
    const next = afterClose(code);
    const noFreshToken = code === CLOSE.TOKEN_EXPIRED && typeof this.#options.token === "string";
    if (next === "do-not-reconnect" || noFreshToken) {
      this.#stopListening();
      this.#setStatus({ state: "closed", code, reason });
      return;
    }
    this.#failures += 1;
    const { random } = this.#environment;
    const isFirst = this.#failures === 1;
    const soon = next === "reconnect-now" && isFirst;
    const within = code === CLOSE.TOKEN_EXPIRED ? 0 : RECONNECT_NOW_WITHIN_MS;
    this.#reconnectIn(soon ? random() * within : backoffMs(RECONNECT, this.#failures, random()), { code, reason });
  }

  #reconnectIn(delayMs: number, { code, reason }: { code: number; reason: string }): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#environment.after(delayMs, () => this.#connect());
    this.#setStatus({ state: "waiting", delayMs, code, reason });
  }

  #forgetSocket(): ClientSocket | undefined {
    const socket = this.#socket;
    const wasOpen = this.#isOpen;
    this.#socket = undefined;
    this.#isOpen = false;
    this.#cancelTimer();
    this.#cancelWatch();
    this.#cancelTimer = () => {};
    if (wasOpen) this.#handlers.lost();
    return socket;
  }
}
