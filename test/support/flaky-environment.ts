import { WebSocket } from "ws";
import { defaultEnvironment } from "../../src/client/defaults.ts";
import type { ClientSocket, Environment, SocketHandlers } from "../../src/client/environment.ts";
import type { Random } from "../../src/kernel/ports.ts";

/** Tests do not wait as long as people do. */
const HASTE = 10;
/** Of every third connection so many messages arrive: with less luck the pauses between connections grow to half a minute. */
const SPARED = 6;

/** The real network through `ws`, which can be cut without a handshake, as when a phone loses its signal. */
export class FlakyEnvironment implements Environment {
  readonly nowMs = defaultEnvironment.nowMs;
  readonly random = defaultEnvironment.random;
  readonly newPackId = defaultEnvironment.newPackId;
  readonly onNetworkBack = defaultEnvironment.onNetworkBack;
  readonly #sockets = new Set<WebSocket>();
  cuts = 0;
  #connections = 0;
  /** Decides of each WebSocket message whether it gets lost, and the connection with it. */
  loses: () => boolean = () => false;

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    // Short delays are those of retries; the long ones are timeouts and keep their length.
    return defaultEnvironment.after(delayMs < 15_000 ? delayMs / HASTE : delayMs, run);
  };

  readonly openSocket = (url: string, protocols: string[], handlers: SocketHandlers): ClientSocket => {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.#sockets.add(socket);
    let spared = this.#connections % 3 === 0 ? SPARED : 0;
    this.#connections += 1;
    const loses = (): boolean => {
      spared -= 1;
      return spared < 0 && this.loses();
    };
    socket.on("open", () => handlers.opened());
    socket.on("message", (data) => {
      if (loses()) this.#cut(socket);
      else handlers.text(String(data));
    });
    socket.on("error", () => {});
    socket.on("close", (code, reason) => {
      this.#sockets.delete(socket);
      handlers.closed(code, String(reason));
    });
    return {
      send: (text) => {
        if (socket.readyState !== WebSocket.OPEN) return;
        const isLost = loses();
        const isCut = isLost || loses();
        if (!isLost) socket.send(text, () => isCut && this.#cut(socket));
        else this.#cut(socket);
      },
      close: (code, reason) => socket.close(code, reason),
    };
  };

  /** What was sent and received last may or may not have arrived. */
  cut(): void {
    for (const socket of this.#sockets) this.#cut(socket);
  }

  /** From now on one in `of` WebSocket messages is the last of its connection, and perhaps does not arrive. */
  lose(random: Random, of: number): void {
    this.loses = () => random() * of < 1;
  }

  #cut(socket: WebSocket): void {
    this.cuts += 1;
    socket.terminate();
  }
}
