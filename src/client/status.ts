/** Where the connection is. `closed` is final; from every other state the client goes on by itself. */
export type Status =
  | { readonly state: "idle" }
  | { readonly state: "connecting" }
  | { readonly state: "syncing" }
  | { readonly state: "online" }
  /** Reconnects after `delayMs`. `code` is the WebSocket close code, 1006 for a lost network. */
  | { readonly state: "waiting"; readonly delayMs: number; readonly code: number; readonly reason: string }
  | { readonly state: "closed"; readonly code: number; readonly reason: string };
