import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { type ApiTarget, expectDocumented, SECRET, Stage } from "./api-contract.ts";
import { type ApiRequest, type Cast, type Operation, requestOf } from "./api-operations.ts";

/** A key may ask so often, and no more. */
const LOOK_AGAIN_MS = 200;

/** Those that need no archive. */
export const TELLING = [
  "readHistory",
  "exportSession",
  "exportUser",
  "getGroup",
  "listKeys",
  "listWebhooks",
  "getUser",
];

/** Makes an app; the target as those see it who have its first key, which may do everything in it. */
async function newApp(target: ApiTarget, app: string): Promise<ApiTarget> {
  const { body } = await target.send({ method: "POST", path: "/v1/apps", body: { app, name: app } }, target.rootKey);
  const { key } = body as { key: string }; // SAFETY: what the route answers
  expect(key).toMatch(/^ak_/);
  const { otherKey, rootKey } = target;
  return {
    ...{ app, key, otherKey, rootKey },
    send: (request, credential) => target.send(request, credential),
    connect: (userId, deviceId, token) => target.connect(userId, deviceId, token),
  };
}

/** Everything that the app can be asked, with the answers: sessions, exports, profiles, settings, keys and all. */
async function everythingOf(app: ApiTarget, operations: readonly Operation[], cast: Cast) {
  const looks = operations.filter(
    ({ method, access }) => method === "GET" && (access === "server" || access === "any"),
  );
  const answers = looks.map(async (operation) => {
    const { status, body } = await app.send(requestOf(operation, cast), app.key);
    return [operation.id, { status, body }] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** The same, when these tell the secret and nothing of it changes any more: mailboxes and the archive are a little late. */
async function atRest(look: () => ReturnType<typeof everythingOf>, telling: readonly string[]) {
  for (let before = await look(); ; ) {
    const after = await look();
    const isTold = telling.every((id) => JSON.stringify(after[id]).includes(SECRET));
    if (isTold && JSON.stringify(after) === JSON.stringify(before)) return after;
    before = after;
    await pause(LOOK_AGAIN_MS);
  }
}

/** Also under the key of what the other app made, whose answer is remembered there. */
function requestsOf(operation: Operation, cast: Cast): ApiRequest[] {
  const request = requestOf(operation, cast);
  const key = operation.path.includes("/keys") ? cast.keyRequest : "group-1";
  return operation.method === "GET" ? [request] : [request, { ...request, headers: { "Idempotency-Key": key } }];
}

/**
 * Everything of one app is asked for and changed with what another app has: with a key that may do everything there, and with a
 * token of a user of the same name. Nothing is seen of the first app, and nothing of it is another than before.
 * `telling`: operations that show the first app its own secret, so that there is something to see.
 */
export async function checkIsolation(
  target: ApiTarget,
  operations: readonly Operation[],
  { tag, telling }: { tag: string; telling: readonly string[] },
): Promise<void> {
  const theirs = await newApp(target, `a-${tag}`);
  const own = await newApp(target, `b-${tag}`);
  const paths = operations.map(({ path }) => path);
  const { cast } = await Stage.set(theirs, tag, paths);
  const look = () => everythingOf(theirs, operations, cast);
  const before = await atRest(look, telling);
  for (const operation of operations.filter(({ access }) => access !== "public")) {
    const issued = await own.send(
      { method: "POST", path: "/v1/tokens", body: { userId: cast.user("alice") } },
      own.key,
    );
    const { token } = issued.body as { token: string }; // SAFETY: what the route answers
    for (const request of requestsOf(operation, cast)) {
      for (const credential of [own.key, token]) {
        const answer = await own.send(request, credential);
        expectDocumented(operation, answer, request);
        expect(answer.status, operation.id).toBeLessThan(500);
        expect(JSON.stringify(answer.body), operation.id).not.toContain(SECRET);
        if (operation.access === "root") expect(answer.status, operation.id).toBe(401);
      }
    }
  }
  expect(await atRest(look, telling)).toEqual(before);
}
