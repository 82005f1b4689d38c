import type { RoomPolicy } from "../../kernel/policy.ts";
import type { AppSettings } from "../../protocol/rpc/app-settings.ts";
import type { FeedReader } from "../../protocol/rpc/feed-call.ts";
import { isOfLog } from "../../protocol/webhook.ts";

type Webhooks = AppSettings["webhooks"];

/** Asked with every message, and the same until the app's settings are others. */
const wanted = new WeakMap<Webhooks, boolean>();

const ARCHIVE: readonly FeedReader[] = ["archive"];
const WEBHOOK: readonly FeedReader[] = ["webhook"];
const BOTH: readonly FeedReader[] = ["archive", "webhook"];
const NOBODY: readonly FeedReader[] = [];

/** Who follows the log of a session. A bot's endpoint is told by its mailbox. */
export function readersOf(
  { archive }: Pick<RoomPolicy, "archive">,
  { webhooks }: Pick<AppSettings, "webhooks">,
): readonly FeedReader[] {
  if (isWanted(webhooks)) return archive === undefined ? WEBHOOK : BOTH;
  return archive === undefined ? NOBODY : ARCHIVE;
}

function isWanted(webhooks: Webhooks): boolean {
  let known = wanted.get(webhooks);
  if (known === undefined) {
    known = Object.values(webhooks).some(({ bot, events }) => bot === undefined && events.some(isOfLog));
    wanted.set(webhooks, known);
  }
  return known;
}
