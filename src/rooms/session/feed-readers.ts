import type { RoomPolicy } from "../../kernel/policy.ts";
import type { AppSettings } from "../../protocol/rpc/app-settings.ts";
import type { FeedReader } from "../../protocol/rpc/feed-call.ts";
import { isOfLog } from "../../protocol/webhook.ts";

/** Who follows the log of a session. A bot's endpoint is told by its mailbox. */
export function readersOf({ archive }: Pick<RoomPolicy, "archive">, { webhooks }: AppSettings): FeedReader[] {
  const isWanted = Object.values(webhooks).some(({ bot, events }) => bot === undefined && events.some(isOfLog));
  return [...(archive === undefined ? [] : (["archive"] as const)), ...(isWanted ? (["webhook"] as const) : [])];
}
