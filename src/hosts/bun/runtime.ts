import type { ServerWebSocket } from "bun";
import { MAX_BUFFERED_BYTES, MAX_SOCKET_PAYLOAD_BYTES } from "../../protocol/limits.ts";
import type { Opening } from "../../routes/deps.ts";
import type { Socket } from "../native/connection.ts";
import type { Listener, ListenOptions, Runtime } from "../native/runtime.ts";
import type { SocketEvents } from "../native/sockets.ts";

interface SocketData {
  readonly opening: Opening;
  events: SocketEvents | undefined;
}

const IDLE_TIMEOUT_S = 120;

function socketOf(ws: ServerWebSocket<SocketData>): Socket {
  return {
    send: (text) => void ws.sendText(text),
    close: (code, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
    bufferedBytes: () => ws.getBufferedAmount(),
  };
}

async function listen({ hostname, port, fetch, socket }: ListenOptions): Promise<Listener> {
  const server = Bun.serve<SocketData>({
    hostname,
    port,
    idleTimeout: IDLE_TIMEOUT_S,
    fetch: (request, bun) =>
      fetch(request, (_, opening) => {
        const { subprotocol } = opening;
        const headers: HeadersInit = subprotocol === undefined ? {} : { "Sec-WebSocket-Protocol": subprotocol };
        const upgraded = bun.upgrade(request, { data: { opening, events: undefined }, headers });
        return new Response(null, { status: upgraded ? 200 : 400 });
      }),
    websocket: {
      maxPayloadLength: MAX_SOCKET_PAYLOAD_BYTES,
      // Beyond what the server closes at, so that Bun never drops a frame silently.
      backpressureLimit: 4 * MAX_BUFFERED_BYTES,
      idleTimeout: IDLE_TIMEOUT_S,
      open(ws) {
        ws.data.events = socket(socketOf(ws), ws.data.opening);
      },
      message(ws, message) {
        if (typeof message === "string") ws.data.events?.text(message);
        else ws.data.events?.binary();
      },
      close(ws) {
        ws.data.events?.closed();
      },
    },
  });
  return {
    port: server.port ?? port,
    stopAccepting: () => void server.stop(false),
    close: () => void server.stop(true),
  };
}

export const bunRuntime: Runtime = { name: `Bun ${Bun.version}`, listen };
