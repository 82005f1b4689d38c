import { WebSocket } from "ws";
import { defaultEnvironment } from "../../src/client/defaults.ts";
import type { ClientSocket, Environment, SocketHandlers } from "../../src/client/environment.ts";

/** Tests do not wait as long as people do. */
const HASTE = 10;

/** The real network through `ws`, which can be cut without a handshake, as when a phone loses its signal. */
export class FlakyEnvironment implements Environment {
  readonly nowMs = defaultEnvironment.nowMs;
  readonly random = defaultEnvironment.random;
  readonly newPackId = defaultEnvironment.newPackId;
  readonly onNetworkBack = defaultEnvironment.onNetworkBack;
  readonly #sockets = new Set<WebSocket>();
  cuts = 0;

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    // Short delays are those of retries; the long ones are timeouts and keep their length.
    return defaultEnvironment.after(delayMs < 15_000 ? delayMs / HASTE : delayMs, run);
  };

  readonly openSocket = (url: string, protocols: string[], handlers: SocketHandlers): ClientSocket => {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.#sockets.add(socket);
    socket.on("open", () => handlers.opened());
    socket.on("message", (data) => handlers.text(String(data)));
    socket.on("error", () => {});
    socket.on("close", (code, reason) => {
      this.#sockets.delete(socket);
      handlers.closed(code, String(reason));
    });
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: (code, reason) => socket.close(code, reason),
    };
  };

  /** What was sent and received last may or may not have arrived. */
  cut(): void {
    for (const socket of this.#sockets) {
      this.cuts += 1;
      socket.terminate();
    }
  }
}
