import { expect, it } from "vitest";
import { FakeServer } from "../../test/support/fake-server.ts";

const foregrounds = ({ requests }: FakeServer) =>
  requests.flatMap((frame) => (frame.type === "device.focus" ? frame.foreground : []));

it("an app in the background says so again on each new connection, and nothing while it is in the foreground", async () => {
  const server = new FakeServer();
  const client = await server.online();
  const reconnect = async () => {
    await server.drop();
    await server.environment.pass(60_000);
    expect(client.status.state).toBe("online");
  };
  await reconnect();
  expect(foregrounds(server)).toEqual([]);
  await client.pushes.setForeground(false);
  await reconnect();
  await client.pushes.setForeground(true);
  await reconnect();
  expect(foregrounds(server)).toEqual([false, false, true]);
  await client.close();
});
