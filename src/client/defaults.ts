import type { ClientSocket, Environment, SocketHandlers } from "./environment.ts";

const NORMAL_CLOSURE = 1000;

function openSocket(url: string, protocols: string[], handlers: SocketHandlers): ClientSocket {
  const socket = new WebSocket(url, protocols);
  socket.onopen = () => handlers.opened();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") handlers.text(data);
  };
  // An error is always followed by a close, which says what is known about it.
  socket.onclose = ({ code, reason }) => handlers.closed(code, reason);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    // A client may only send 1000 or 3000-4999.
    close: (code, reason) => socket.close(code < 3000 ? NORMAL_CLOSURE : code, reason),
  };
}

function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

/** Browsers have an `online` event; elsewhere the ping finds out. */
function onNetworkBack(run: () => void): () => void {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  globalThis.addEventListener("online", run);
  return () => globalThis.removeEventListener("online", run);
}

/** `crypto.randomUUID` exists only on secure origins, which http:// pages of a local network are not. */
function newPackId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Browsers, Bun, Deno and Node ≥ 22: they have a global WebSocket. */
export const defaultEnvironment: Environment = {
  nowMs: () => Date.now(),
  random: () => Math.random(),
  after,
  openSocket,
  newPackId,
  onNetworkBack,
};

/** Looked up with each request, so that whoever replaces the global is heard. */
export const networkFetch: typeof fetch = (input, init) => fetch(input, init);
