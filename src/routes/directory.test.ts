import { expect, it } from "vitest";
import { list } from "../../test/sim/directory.ts";
import { KEY, OTHER_KEY, SimHttp } from "../../test/sim/http.ts";
import { app, user } from "../../test/sim/names.ts";
import { World } from "../../test/sim/world.ts";
import { lettersRoom } from "../kernel/room-name.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";

const names = (count: number) => Array.from({ length: count }, (_, index) => user(`u_${index}`));

function withUsers(count: number): SimHttp {
  const http = new SimHttp();
  list(http.world, names(count));
  return http;
}

interface Page {
  readonly users: { readonly userId: string; readonly since: number }[];
  readonly cursor?: string;
}

/** Follows the cursors to the end. */
async function pages(http: SimHttp, limit: number): Promise<Page[]> {
  const found: Page[] = [];
  let query = "";
  do {
    const { body, status } = await http.get(`/v1/users?limit=${limit}${query}`, KEY);
    expect(status).toBe(200);
    found.push(body as unknown as Page); // SAFETY: what the route answers with
    query = `&cursor=${body.cursor}`;
  } while (found.at(-1)?.cursor !== undefined);
  return found;
}

it.each([1, 7, 100, 200])("lists every user once, in pages of %i", async (limit) => {
  const http = withUsers(100);
  const found = await pages(http, limit);
  expect(found.flatMap(({ users }) => users.map(({ userId }) => userId)).sort()).toEqual(names(100).sort());
  for (const { users, cursor } of found) {
    expect(users.length).toBeLessThanOrEqual(limit);
    if (cursor !== undefined) expect([users.length, cursor]).toEqual([limit, expect.stringMatching(/^[\w-]+$/)]);
  }
  expect(found[0]?.users[0]?.since).toBe(http.world.nowMs);
  expect((await http.get("/v1/users", OTHER_KEY)).body).toEqual({ users: [] });
});

it.each(["x", "MTY", "99", "%00", "4pyT"])("refuses %s as a cursor", async (cursor) => {
  const { status, body } = await withUsers(3).get(`/v1/users?cursor=${cursor}`, KEY);
  expect([status, body.name]).toEqual([400, "BAD_PARAMETER"]);
});

it("is for server keys", async () => {
  const http = withUsers(1);
  const { nowMs } = http.world;
  const token = await http.tokens.sign(
    { app, userId: user("alice"), tokenId: "t", expiresAtMs: nowMs + 60_000 },
    nowMs,
  );
  for (const path of ["/v1/users", "/v1/stats"])
    expect((await http.get(path, token)).body).toMatchObject({ name: "ACCESS_DENIED" });
});

it("tells numbers of the app", async () => {
  const http = withUsers(40);
  const webhook = { packId: "w", url: "https://hooks.example/", events: ["read"] };
  expect((await http.post("/v1/webhooks", KEY, webhook)).status).toBe(200);
  expect((await http.post("/v1/keys", KEY, { name: "k", scopes: ["operations:read"] })).status).toBe(200);
  for (const id of [1, 2])
    unwrap(http.world.call(lettersRoom(app, "push"), { type: "letters.put", job: { id }, reason: "broken" }));
  const letters = { archive: 0, push: 2, webhook: 0 };
  expect((await http.get("/v1/stats", KEY)).body).toEqual({ users: 40, keys: 1, webhooks: 1, deadLetters: letters });
  const none = { archive: 0, push: 0, webhook: 0 };
  expect((await http.get("/v1/stats", OTHER_KEY)).body).toEqual({ users: 0, keys: 0, webhooks: 0, deadLetters: none });
});

it("counts whoever came by one of the doors", async () => {
  const http = new SimHttp({}, { world: new World({ newUsers: true }) });
  http.world.connect(user("connects"));
  await http.post("/v1/users/batch", KEY, { users: [{ userId: "imported", name: "I" }] });
  await http.post("/v1/messages", KEY, { packId: "m", from: "writes", to: "reads", content: "hello" });
  http.world.drain();
  await http.get("/v1/users/looked-at", KEY);
  const [page] = await pages(http, 200);
  expect(page?.users.map(({ userId }) => userId).sort()).toEqual(["connects", "imported", "reads", "writes"]);
  expect((await http.get("/v1/stats", KEY)).body).toMatchObject({ users: 4 });
});
