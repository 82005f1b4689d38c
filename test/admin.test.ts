import { expect, it } from "vitest";
import { UsageError } from "../scripts/admin/command.ts";
import { commandOf, usage } from "../scripts/admin/commands.ts";
import { deploymentApi, parleyApi } from "../src/routes/client.ts";
import { list } from "./sim/directory.ts";
import { KEY, ROOT_KEY, SimHttp } from "./sim/http.ts";
import { user } from "./sim/names.ts";

const DAY_MS = 86_400_000;
const http = new SimHttp();
const ask = async (input: RequestInfo | URL, init?: RequestInit) => {
  const { pathname, search } = new URL(String(input));
  return http.raw(pathname + search, init);
};
const options = { url: "http://parley.test", fetch: ask };
const ports = {
  app: parleyApi({ ...options, credential: KEY }),
  deployment: deploymentApi({ ...options, credential: ROOT_KEY }),
  nowMs: () => http.world.nowMs,
  say: () => {},
  complain: () => {},
  pause: async () => {},
};

async function admin(words: string, given: Record<string, string> = {}): Promise<unknown> {
  const found = commandOf(words.split(" "));
  if (found === undefined) throw new Error(`no command: ${words}`);
  return found.command.run(ports, { words: found.words, options: given });
}

it("administers apps, keys, users and settings", async () => {
  expect(await admin("apps create acme", { name: "Acme" })).toMatchObject({
    app: "acme",
    name: "Acme",
    status: "active",
  });
  expect(await admin("apps list")).toMatchObject({ apps: [{ app: "acme" }] });
  expect(await admin('apps configure acme {"messages":"friends"}')).toMatchObject({ policy: { messages: "friends" } });
  expect(await admin("apps suspend acme")).toMatchObject({ status: "suspended" });
  expect(await admin("apps resume acme")).toMatchObject({ status: "active" });
  expect(await admin("apps show acme")).toMatchObject({ app: "acme", policy: { messages: "friends" } });

  const made = await admin("keys create", { name: "k", scopes: "users:read,users:write", days: "2" });
  expect(made).toMatchObject({ scopes: ["users:read", "users:write"], expiresAt: http.world.nowMs + 2 * DAY_MS });
  const { id } = made as { id: string }; // SAFETY: what the route answers
  expect(await admin("keys list")).toMatchObject({ keys: [{ id, name: "k" }] });
  expect(await admin(`keys revoke ${id}`)).toEqual({});

  await admin('users import [{"userId":"alice","name":"Alice"}]');
  await admin("users ban alice", { reason: "spam", days: "1" });
  expect(await http.get("/v1/users/alice/ban", KEY)).toMatchObject({ body: { ban: { reason: "spam" } } });
  await admin("users unban alice");
  http.world.drain();
  expect(await admin("users show alice")).toMatchObject({ userId: "alice", name: "Alice" });
  expect(await admin('settings policy {"friendship":"direct"}')).toMatchObject({ policy: { friendship: "direct" } });
  list(http.world, [user("alice"), user("bob")]);
  const { users } = (await admin("users list")) as { users: { userId: string }[] }; // SAFETY: what the route answers
  expect(users.map(({ userId }) => userId).sort()).toEqual(["alice", "bob"]);
  expect(await admin("users list OTku")).toEqual({ users: [] });
  expect(await admin("stats")).toMatchObject({ users: 2, keys: 0 });
  expect(await admin("settings show")).toMatchObject({ policy: { friendship: "direct" } });
  expect(await admin("audit")).toMatchObject({
    records: [{ action: "policy.create" }, { action: "user.unban", about: "alice" }, {}, {}, {}],
  });
});

it("says what is wrong with a command, and with a refusal of the server", async () => {
  await expect(admin("keys create")).rejects.toThrow(UsageError);
  await expect(admin("apps show")).rejects.toThrow(UsageError);
  await expect(admin("settings policy {")).rejects.toThrow(UsageError);
  await expect(admin("users ban alice", { days: "soon" })).rejects.toThrow(UsageError);
  await expect(admin("apps show nobody")).rejects.toMatchObject({ errorName: "NO_SUCH_APP" });
  expect(commandOf(["apps"])).toBeUndefined();
  expect(usage()).toContain("npm run admin -- keys create --name");
});
