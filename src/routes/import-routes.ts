import { z } from "zod";
import { SessionId } from "../protocol/ids.ts";
import { ImportResult } from "../protocol/rpc/import-call.ts";
import type { Deps } from "./deps.ts";
import { EntryLine } from "./exports.ts";
import { importLines } from "./imports.ts";
import { linesOf } from "./line-reader.ts";
import { operation } from "./operation.ts";
import { newRouter } from "./router.ts";

const DESCRIPTION = `Takes lines of an export of the same conversation, in their order: a part of it, at most 8 MiB at once, or nothing to learn
where the log ends. Entries keep their places, times, senders and packIds; members, roles, reactions, pins and all the rest follow from them. Nothing
is pushed, told to webhooks or new to anybody.

Entries that are there already are skipped, so an import that broke off is repeated from anywhere before its end, and goes on with a later
export. It ends when the conversation goes on by itself (\`TOO_LATE\`). What is refused says which line it was and what the last entry is that is there.`;

const importSession = operation({
  method: "post",
  path: "/sessions/{sessionId}/import",
  id: "importSession",
  tag: "Sessions",
  summary: "Bring a conversation from another server",
  description: DESCRIPTION,
  access: "server",
  request: { params: z.object({ sessionId: SessionId }), lines: EntryLine },
  example: {
    type: "entry",
    sessionId: "SC_alice_bob",
    entry: {
      seqId: 1,
      timestamp: 1_600_000_000_000,
      from: "alice",
      packId: "hello-0",
      kind: "message",
      contentType: 1,
      content: "Hello",
    },
  },
  answer: ImportResult.extend({ sessionId: SessionId }),
  errors: ["PACK_CONFLICT", "TOO_LATE", "WRONG_OFFSET"],
});

/** The other direction of exports. */
export function importRoutes(deps: Deps) {
  return newRouter().openapi(importSession, async (c) => {
    const { app } = c.get("principal");
    const { sessionId } = c.req.valid("param");
    const result = await importLines(deps, { app, sessionId }, linesOf(c.req.raw.body));
    return c.json({ sessionId, ...result }, 200);
  });
}
