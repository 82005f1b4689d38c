import { z } from "zod";
import { directoryRooms, lettersRoom } from "../kernel/room-name.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { AppId } from "../protocol/ids.ts";
import { MAX_PAGE_LIMIT } from "../protocol/limits.ts";
import { type DirectoryPage, ListedUser } from "../protocol/rpc/directory-call.ts";
import type { LettersPage } from "../protocol/rpc/letters-call.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import { QUEUES } from "../queues/queue-plan.ts";
import type { Deps } from "./deps.ts";
import { settingsNow } from "./key-routes.ts";
import { operation } from "./operation.ts";
import { count, newRouter } from "./router.ts";

const EXAMPLE_CURSOR = "My5hbGljZQ";

const UserPage = z.object({
  users: z.array(ListedUser),
  /** Where the next page begins; without it there is none. */
  cursor: z.string().optional(),
});
type UserPage = z.infer<typeof UserPage>;

const listUsers = operation({
  method: "get",
  path: "/users",
  id: "listUsers",
  tag: "Users",
  summary: "List the users of the app",
  description: `Everybody who ever connected, asked something with a token, got an entry, or for whom a server key put something down; in an order that stays, but
that says nothing. Who was there when the first page was read is listed once; who comes meanwhile is listed or not.`,
  access: "server",
  request: {
    query: z.object({
      cursor: z.string().max(256).meta({ example: EXAMPLE_CURSOR }).optional(),
      limit: count(1, MAX_PAGE_LIMIT).default(50),
    }),
  },
  answer: UserPage,
  answerExample: { users: [{ userId: "alice", since: 1_790_000_000_000 }], cursor: EXAMPLE_CURSOR },
});

const Stats = z.object({
  /** Those that `GET /v1/users` lists. */
  users: z.int(),
  /** API keys that were made and not revoked. */
  keys: z.int(),
  /** Webhook endpoints that are told something. */
  webhooks: z.int(),
  /** By queue. */
  deadLetters: z.record(z.enum(QUEUES), z.int()),
});

const readStats = operation({
  method: "get",
  path: "/stats",
  id: "readStats",
  tag: "Operations",
  summary: "Numbers of the app",
  description:
    "Each is exact, as of the moment in which its room was asked. What a deployment does is told by `/metrics`.",
  access: "server",
  request: {},
  answer: Stats,
  answerExample: { users: 1_200, keys: 2, webhooks: 1, deadLetters: { archive: 0, push: 3, webhook: 0 } },
});

/** Who the users of an app are, and how many. */
export function directoryRoutes(deps: Deps) {
  return newRouter()
    .openapi(listUsers, async (c) => {
      const { cursor, limit } = c.req.valid("query");
      const { app } = c.get("principal");
      return c.json(await pageOf(deps, { app, from: cursor === undefined ? START : placeFrom(cursor), limit }), 200);
    })
    .openapi(readStats, async (c) => {
      const { app } = c.get("principal");
      const [users, settings, letters] = await Promise.all([
        countUsers(deps, app),
        settingsNow(deps, app),
        Promise.all(QUEUES.map(async (queue) => [queue, await countLetters(deps, app, queue)] as const)),
      ]);
      const [keys, webhooks] = [settings.keys, settings.webhooks].map((known) => Object.keys(known).length);
      const deadLetters = Object.fromEntries(letters) as z.infer<typeof Stats>["deadLetters"]; // SAFETY: of all queues
      return c.json({ users, keys: keys ?? 0, webhooks: webhooks ?? 0, deadLetters }, 200);
    });
}

/** After which user of which shard a page begins. */
interface Place {
  readonly shard: number;
  readonly after: string;
}

const START: Place = { shard: 0, after: "" };

/** Shard by shard, until the page is full or there is none left. */
async function pageOf(deps: Deps, { app, from, limit }: { app: AppId; from: Place; limit: number }): Promise<UserPage> {
  const users: ListedUser[] = [];
  let { shard, after } = from;
  for (const room of directoryRooms(app).slice(shard)) {
    if (users.length === limit) return { users, cursor: cursorAt({ shard, after }) };
    const call = { type: "directory.page", after, limit: limit - users.length } as const;
    const page = unwrap(await deps.call(room, call)) as DirectoryPage; // SAFETY: what directory.page answers with
    users.push(...page.users);
    if (page.more) return { users, cursor: cursorAt({ shard, after: users.at(-1)?.userId ?? "" }) };
    [shard, after] = [shard + 1, ""];
  }
  return { users };
}

function cursorAt({ shard, after }: Place): string {
  return btoa(`${shard}.${after}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function placeFrom(cursor: string): Place {
  const [, shard, after] = /^(\d{1,2})\.(.*)$/.exec(textOf(cursor)) ?? [];
  if (shard === undefined || after === undefined) throw new ParleyError("BAD_PARAMETER", "cursor");
  return { shard: Number(shard), after };
}

function textOf(cursor: string): string {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}

async function countUsers(deps: Deps, app: AppId): Promise<number> {
  const counts = directoryRooms(app).map((room) => deps.call(room, { type: "directory.count" }));
  return (await Promise.all(counts)).reduce((sum, outcome) => sum + Number(unwrap(outcome)), 0);
}

async function countLetters(deps: Deps, app: AppId, queue: (typeof QUEUES)[number]): Promise<number> {
  const call = { type: "letters.list", after: 0, limit: 1 } as const;
  return (unwrap(await deps.call(lettersRoom(app, queue), call)) as LettersPage).total; // SAFETY: what letters.list answers with
}
