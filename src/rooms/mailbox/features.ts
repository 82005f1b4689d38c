import { BotEvents } from "./bot-events.ts";
import { Devices } from "./devices.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { Following } from "./following.ts";
import type { Forwarding } from "./forwarding.ts";
import { Hiding } from "./hiding.ts";
import { History } from "./history.ts";
import { Imported } from "./imported.ts";
import { Invitations } from "./invitations.ts";
import { Memberships } from "./memberships.ts";
import { Monitors } from "./monitors.ts";
import { Presence } from "./presence.ts";
import { Priority } from "./priority.ts";
import { PushNames } from "./push-names.ts";
import { PushTokens } from "./push-tokens.ts";
import { Pushes } from "./pushes.ts";
import { ReadAll } from "./read-all.ts";
import { ReadRequests } from "./read-requests.ts";
import { Receipts } from "./receipts.ts";
import { Relations } from "./relations.ts";
import { Search } from "./search.ts";
import { Sending } from "./sending.ts";
import { SessionChanges } from "./session-changes.ts";
import { SessionList } from "./session-list.ts";
import type { MailboxStore } from "./store.ts";
import { Syncing } from "./syncing.ts";
import { ToldPresence } from "./told-presence.ts";
import { Users } from "./users.ts";

/** What a mailbox room is made of. */
export function mailboxFeatures(mailbox: Mailbox, store: MailboxStore, forwarding: Forwarding): MailboxFeature[] {
  const reading = new ReadRequests(mailbox);
  const priority = new Priority(mailbox);
  const relations = new Relations(mailbox);
  const memberships = new Memberships(mailbox);
  const monitors = new Monitors(mailbox);
  const pushTokens = new PushTokens(mailbox);
  const pushNames = new PushNames(mailbox);
  const devices = new Devices(mailbox, ({ tokenIds, isOut }) => {
    monitors.revoked(tokenIds);
    pushTokens.loggedOut(isOut);
  });
  return [
    new Sending(mailbox, forwarding),
    reading,
    priority,
    new Hiding(mailbox, { reading, priority }),
    new History(mailbox),
    new Search(mailbox),
    new Syncing(mailbox, priority),
    new ReadAll(mailbox, store),
    new SessionChanges(mailbox),
    new SessionList(mailbox, store),
    new Receipts(mailbox, store),
    relations,
    new Invitations(mailbox, relations),
    memberships,
    new Imported(mailbox, memberships),
    new Users(mailbox),
    monitors,
    devices,
    pushTokens,
    pushNames,
    new Pushes(mailbox, { tokens: pushTokens, names: pushNames, relations, store }),
    new Presence(mailbox, { relations, devices }),
    new Following(mailbox, relations),
    new BotEvents(mailbox),
    new ToldPresence(mailbox, devices),
  ];
}
