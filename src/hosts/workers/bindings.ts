import type { RoomCall } from "../../kernel/effects.ts";
import { addressOf, type RoomKindName, type RoomName } from "../../kernel/room-name.ts";
import type { VisitorState } from "../../kernel/visit.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { jurisdictionOf } from "../../protocol/jurisdiction.ts";
import type { Outcome } from "../../protocol/rpc/outcome.ts";
import type { QueueName } from "../../protocol/rpc/queue-job.ts";
import type { UpFrame } from "../../protocol/up.ts";

/** The binding of each kind of room. */
const NAMESPACES = {
  session: "SESSIONS",
  mailbox: "MAILBOXES",
  job: "JOBS",
  hook: "HOOKS",
  letters: "LETTERS",
  app: "APPS",
  "push-token": "PUSH_TOKENS",
} as const satisfies Record<RoomKindName, string>;

/** The binding of each queue. */
const QUEUES = { archive: "ARCHIVE_QUEUE", push: "PUSH_QUEUE", webhook: "WEBHOOK_QUEUE" } as const satisfies Record<
  QueueName,
  string
>;

type Queues = { readonly [Name in (typeof QUEUES)[QueueName]]: Queue };
type Namespaces = { readonly [Name in (typeof NAMESPACES)[RoomKindName]]: DurableObjectNamespace };

/** What wrangler.toml binds, and the variables and secrets of `readConfig`. */
export interface Bindings extends Namespaces, Queues {
  readonly ASSETS: Fetcher;
  readonly [variable: string]: unknown;
}

/** What the objects offer each other and the Worker. */
interface RoomStub {
  call(call: RoomCall): Promise<Outcome>;
  /** Mailboxes only. */
  ask(state: VisitorState, frame: UpFrame): Promise<Outcome>;
  fetch(request: Request): Promise<Response>;
}

/** In the jurisdiction of the room's app. Throws where there are none, as in `wrangler dev`: rather nowhere than elsewhere. */
export function namespaceOf(bindings: Bindings, room: RoomName): DurableObjectNamespace {
  const { kind, app } = addressOf(room);
  const jurisdiction = jurisdictionOf(app);
  const namespace = bindings[NAMESPACES[kind]];
  return jurisdiction === undefined ? namespace : namespace.jurisdiction(jurisdiction);
}

export function queueOf(bindings: Bindings, queue: QueueName): Queue {
  return bindings[QUEUES[queue]];
}

/** A new stub each time, because one that has seen an exception stays broken. */
export function stubOf(bindings: Bindings, room: RoomName): RoomStub {
  return namespaceOf(bindings, room).getByName(room) as unknown as RoomStub; // SAFETY: all classes have the first, and only mailboxes are asked for the others
}

/** Never rejects: an object that cannot be reached, or was reset, is `UNAVAILABLE`, and may have done its work or not. */
export function callRoom(bindings: Bindings, room: RoomName, call: RoomCall): Promise<Outcome> {
  return reached(() => stubOf(bindings, room).call(call));
}

/** As `callRoom`. */
export function askMailbox(
  bindings: Bindings,
  { room, state }: { room: RoomName; state: VisitorState },
  frame: UpFrame,
): Promise<Outcome> {
  return reached(() => stubOf(bindings, room).ask(state, frame));
}

async function reached(ask: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await ask();
  } catch {
    return { ok: false, error: "UNAVAILABLE", message: ERRORS.UNAVAILABLE.message };
  }
}

/** One line of JSON in the log. Never message content. */
export function report(what: string, fault: unknown): void {
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  console.error(JSON.stringify({ level: "error", what, fault: text }));
}
