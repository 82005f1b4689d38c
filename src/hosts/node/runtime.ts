import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { type WebSocket, WebSocketServer } from "ws";
import { MAX_SOCKET_PAYLOAD_BYTES } from "../../protocol/limits.ts";
import { SUBPROTOCOL_JSON } from "../../protocol/version.ts";
import type { Socket } from "../native/connection.ts";
import type { Listener, ListenOptions, Runtime } from "../native/runtime.ts";

function socketOf(ws: WebSocket): Socket {
  return {
    send: (text) => ws.send(text),
    close: (code, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
    bufferedBytes: () => ws.bufferedAmount,
  };
}

/** The upgrade request as the routes know requests. */
function requestOf(incoming: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return new Request(`http://${incoming.headers.host ?? "localhost"}${incoming.url ?? "/"}`, { headers });
}

function onUpgrade(server: Server, { fetch, socket }: ListenOptions): void {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SOCKET_PAYLOAD_BYTES,
    // The token is in the list, too, and must not be echoed.
    handleProtocols: (offered) => offered.has(SUBPROTOCOL_JSON) && SUBPROTOCOL_JSON,
  });
  server.on("upgrade", async (incoming: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    let upgraded = false;
    const response = await fetch(requestOf(incoming), (_, opening) => {
      upgraded = true;
      wss.handleUpgrade(incoming, stream, head, (ws) => {
        const events = socket(socketOf(ws), opening);
        ws.on("message", (data, isBinary) => (isBinary ? events.binary() : events.text(data.toString())));
        ws.on("close", () => events.closed());
        ws.on("error", () => ws.terminate());
      });
      return new Response(null);
    });
    if (!upgraded) stream.end(`HTTP/1.1 ${response.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
}

async function listen(options: ListenOptions): Promise<Listener> {
  const notAnUpgrade = () => {
    throw new Error("upgrades come through the upgrade event");
  };
  const server = createServer(getRequestListener((request) => options.fetch(request, notAnUpgrade)));
  onUpgrade(server, options);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.hostname, resolve);
  });
  const { port } = server.address() as AddressInfo; // SAFETY: it listens on TCP
  return { port, stopAccepting: () => void server.close(), close: () => server.closeAllConnections() };
}

export const nodeRuntime: Runtime = { name: `Node ${process.versions.node}`, listen };
