/** One WebSocket, as far as the SDK uses it. */
export interface ClientSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** What a socket tells. After `closed` it says nothing more. */
export interface SocketHandlers {
  opened(): void;
  text(text: string): void;
  /** 1006 when there was no close handshake. */
  closed(code: number, reason: string): void;
}

/** Everything the SDK needs of the place it runs in. `defaults.ts` is the one for browsers, Bun, Deno and Node. */
export interface Environment {
  nowMs(): number;
  /** In [0, 1), for jitter. */
  random(): number;
  /** Runs `run` once, later; the answer cancels it. */
  after(delayMs: number, run: () => void): () => void;
  openSocket(url: string, protocols: string[], handlers: SocketHandlers): ClientSocket;
  newPackId(): string;
  /** Calls `run` whenever the device says that the network is back; the answer ends that. */
  onNetworkBack(run: () => void): () => void;
}
