import { type RoomName, sessionRoom } from "../../src/kernel/room-name.ts";
import type { Entry } from "../../src/protocol/entry.ts";
import type { SessionId } from "../../src/protocol/ids.ts";
import type { ImportResult } from "../../src/protocol/rpc/import-call.ts";
import { type Outcome, unwrap } from "../../src/protocol/rpc/outcome.ts";
import { append, text, wholeLog } from "./asks.ts";
import { alice, app, bob, chatRoom } from "./names.ts";
import { World } from "./world.ts";

/** A chat with a few messages of both. */
export function said(...contents: string[]): World {
  const world = new World();
  for (const [index, content] of contents.entries()) append(world, index % 2 === 0 ? alice : bob, [text(content)]);
  return world;
}

export function tryImport(world: World, entries: readonly Entry[], room: RoomName = chatRoom): Outcome {
  return world.call(room, { type: "import", entries });
}

export function importAll(world: World, entries: readonly Entry[], room?: RoomName): ImportResult {
  return unwrap(tryImport(world, entries, room)) as ImportResult; // SAFETY: what imports answer with
}

/** Brings sessions into an empty world, whose clock then shows the same time. */
export function copyOf(from: World, ...sessionIds: SessionId[]): World {
  const world = new World();
  world.nowMs = from.nowMs;
  for (const sessionId of sessionIds) {
    const room = sessionRoom(app, sessionId);
    importAll(world, wholeLog(from, room), room);
  }
  world.quiesce(60_000);
  return world;
}

const TABLES: readonly (readonly [table: string, columns: string])[] = [
  ["entries", "seq, sender, countable, mentioned, uncounted_by, entry"],
  ["packs", "sender, pack, seq, ts"],
  ["groups", "info, owner, created_at, dismissed, muted_until"],
  ["members", "user, role, joined_seq, nickname"],
  ["mutes", "user, until"],
  ["bans", "user"],
  ["reactions", "seq, reaction, user"],
  ["pins", "seq, pinned_by_seq, user, at"],
  ["edits", "target, seq"],
  ["expiring", "at, seq"],
];

/** All that a session room knows of its log, row by row. */
export function rowsOf({ storage }: World, sessionId: SessionId): Record<string, object[]> {
  const sql = storage.forRoom(sessionRoom(app, sessionId));
  const rows = TABLES.map(([table, columns]) => {
    const found = sql.prepare(`SELECT ${columns} FROM ${table} WHERE room = ? ORDER BY ${columns}`).all(sql.room);
    return [table, found.map((row) => ({ ...row }))] as const;
  });
  return Object.fromEntries(rows);
}
