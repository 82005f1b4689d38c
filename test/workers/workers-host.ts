import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type Bindings, callRoom, namespaceOf } from "../../src/hosts/workers/bindings.ts";
import { upgrade } from "../../src/hosts/workers/upgrade.ts";
import type { RoomCall } from "../../src/kernel/effects.ts";
import { mailboxRoom, type RoomName } from "../../src/kernel/room-name.ts";
import type { Outcome } from "../../src/protocol/rpc/outcome.ts";
import { SUBPROTOCOL_JSON } from "../../src/protocol/version.ts";
import { ClientSocket, type HostUnderTest, type OpenSocket, stateOf } from "../contract/host.ts";
import { app } from "../contract/suites/rooms.ts";

export const bindings = env as unknown as Bindings; // SAFETY: the configuration is wrangler.toml

export function stub(room: RoomName): DurableObjectStub {
  return namespaceOf(bindings, room).getByName(room);
}

/** An open socket as the Worker hands it over. */
export async function openWebSocket(opening: OpenSocket): Promise<WebSocket> {
  const state = stateOf(opening);
  const room = mailboxRoom(app, opening.userId);
  const { webSocket } = await upgrade(bindings, { kind: "accept", room, state, subprotocol: SUBPROTOCOL_JSON });
  if (webSocket === null) throw new Error("not upgraded");
  return webSocket;
}

/** Evicts an object to learn whether it was awake: one that sleeps, or never was, cannot be evicted. */
export async function evictIfAwake(room: RoomName): Promise<boolean> {
  try {
    await evictDurableObject(stub(room));
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("not currently running")) return false;
    throw error;
  }
}

/** The rooms of the Workers host, inside workerd. */
export class WorkersHost implements HostUnderTest {
  call(room: RoomName, call: RoomCall): Promise<Outcome> {
    return callRoom(bindings, room, call);
  }

  async connect(opening: OpenSocket): Promise<ClientSocket> {
    const webSocket = await openWebSocket(opening);
    const client = new ClientSocket(
      (text) => webSocket.send(text),
      () => webSocket.close(1000),
    );
    webSocket.addEventListener("message", ({ data }) => client.hear(String(data)));
    webSocket.addEventListener("close", ({ code }) => client.closed(code));
    webSocket.accept();
    return client;
  }

  async evict(room: RoomName): Promise<void> {
    await evictIfAwake(room);
  }

  async ring(room: RoomName): Promise<void> {
    if (!(await runDurableObjectAlarm(stub(room)))) throw new Error("no alarm is set");
  }
}
