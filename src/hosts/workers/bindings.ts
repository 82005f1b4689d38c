import type { RoomCall } from "../../kernel/effects.ts";
import { addressOf, type RoomKindName, type RoomName } from "../../kernel/room-name.ts";
import type { TraceContext } from "../../kernel/trace.ts";
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
  directory: "DIRECTORIES",
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

/** Names that wrangler.toml should bind and does not. */
export function missingBindings(bindings: Bindings): string[] {
  return [...Object.values(NAMESPACES), ...Object.values(QUEUES), "ASSETS"].filter(
    (name) => bindings[name] === undefined,
  );
}

/** Who asks, and the trace that it belongs to, if there is one. */
export interface Visitor {
  readonly state: VisitorState;
  readonly trace?: TraceContext | undefined;
}

/** A room, and the trace that a call to it belongs to. */
export interface Traced {
  readonly room: RoomName;
  readonly trace?: TraceContext | undefined;
}

/** What the objects offer each other and the Worker. */
interface RoomStub {
  call(call: RoomCall, trace?: TraceContext): Promise<Outcome>;
  /** Mailboxes only. */
  ask(visitor: Visitor, frame: UpFrame): Promise<Outcome>;
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
  return callTraced(bindings, { room }, call);
}

/** As `callRoom`. */
export function callTraced(bindings: Bindings, { room, trace }: Traced, call: RoomCall): Promise<Outcome> {
  return reached(() => stubOf(bindings, room).call(call, trace));
}

/** As `callRoom`. */
export function askMailbox(
  bindings: Bindings,
  { room, state, trace }: Traced & { readonly state: VisitorState },
  frame: UpFrame,
): Promise<Outcome> {
  return reached(() => stubOf(bindings, room).ask({ state, trace }, frame));
}

async function reached(ask: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await ask();
  } catch {
    return { ok: false, error: "UNAVAILABLE", message: ERRORS.UNAVAILABLE.message };
  }
}
