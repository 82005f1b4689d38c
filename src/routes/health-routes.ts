import { z } from "zod";
import { mailboxRoom } from "../kernel/room-name.ts";
import { AppId, UserId } from "../protocol/ids.ts";
import { unwrap } from "../protocol/rpc/outcome.ts";
import type { Deps } from "./deps.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const given = {
  method: "get",
  tag: "Operations",
  access: "public",
  request: {},
  answer: z.object({ status: z.literal("ok") }),
  answerExample: { status: "ok" },
} as const;

const health = operation({ ...given, path: "/healthz", id: "health", summary: "Whether the process answers" });

const ready = operation({
  ...given,
  path: "/readyz",
  id: "ready",
  summary: "Whether rooms answer and their storage can be read",
});

/** Nobody's mailbox, in which nothing is. */
const PROBE = mailboxRoom(AppId.parse("readyz"), UserId.parse("readyz"));

export function healthRoutes(deps: Deps) {
  return newRouter()
    .openapi(health, (c) => c.json({ status: "ok" as const }, 200))
    .openapi(ready, async (c) => {
      unwrap(await deps.call(PROBE, { type: "profile", by: { kind: "server" } }));
      return c.json({ status: "ok" as const }, 200);
    });
}
