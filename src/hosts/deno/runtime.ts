import type { Socket } from "../native/connection.ts";
import type { Listener, ListenOptions, Runtime, Upgrade } from "../native/runtime.ts";

/** Deno pings at half of this and drops peers that stay silent. */
const IDLE_TIMEOUT_S = 120;

function socketOf(ws: WebSocket): Socket {
  return {
    send: (text) => {
      if (ws.readyState === WebSocket.OPEN) ws.send(text);
    },
    close: (code, reason) => ws.close(code, reason),
    // The standard WebSocket cannot be cut off; closing it again is harmless, and the idle timeout ends it.
    terminate: () => ws.close(),
    bufferedBytes: () => ws.bufferedAmount,
  };
}

/** `shutdown` would close the sockets with a code of its own, so until `close` new requests are only turned away. */
function turnedAway(): Response {
  return new Response(null, { status: 503, headers: { Connection: "close" } });
}

async function listen({ hostname, port, fetch, socket }: ListenOptions): Promise<Listener> {
  let isAccepting = true;
  const upgrade: Upgrade = (request, opening) => {
    const { socket: ws, response } = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_TIMEOUT_S });
    // Not by the `protocol` option: Deno finds it only in a list that is separated by ", " and not by ",".
    if (opening.subprotocol !== undefined) response.headers.set("Sec-WebSocket-Protocol", opening.subprotocol);
    ws.onopen = () => {
      const events = socket(socketOf(ws), opening);
      ws.onmessage = ({ data }) => (typeof data === "string" ? events.text(data) : events.binary());
      ws.onclose = () => events.closed();
      ws.onerror = () => events.closed();
    };
    return response;
  };
  const server = Deno.serve({ hostname, port, onListen() {} }, (request) =>
    isAccepting ? fetch(request, upgrade) : turnedAway(),
  );
  return {
    port: server.addr.port,
    stopAccepting: () => {
      isAccepting = false;
    },
    close: () => void server.shutdown(),
  };
}

export const denoRuntime: Runtime = { name: `Deno ${Deno.version.deno}`, listen };
