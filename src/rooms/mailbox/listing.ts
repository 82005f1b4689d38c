import type { ConnectionState } from "../../kernel/ports.ts";
import { directoryRoom } from "../../kernel/room-name.ts";
import { isServerVisit } from "../../kernel/visit.ts";
import type { MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import type { UpType } from "../../protocol/up.ts";
import type { Mailbox, MailboxCalls, MailboxFeature } from "./feature.ts";
import { ListingStore } from "./listing-store.ts";

/** What a server key puts down for a user, or brings: whoever has it exists. Else it is one who only looks. */
const PUT_DOWN: ReadonlySet<string> = new Set<UpType | MailboxCall["type"]>([
  "user.update",
  "attr.set",
  "block.add",
  "device.push",
  "friend.add",
  "imported",
  "relate",
]);

/** Tells the app's directory, once, that the user exists. */
export class Listing implements MailboxFeature {
  readonly name = "listing";
  readonly #mailbox: Mailbox;
  readonly #store: ListingStore;
  /** Read once: every delivery asks. */
  #isListed: boolean | undefined;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new ListingStore(mailbox.sql);
  }

  readonly calls: MailboxCalls = {
    unlist: () => {
      this.#store.delete();
      this.#isListed = false;
      this.#tell("directory.remove");
      return null;
    },
  };

  opened(): void {
    this.#list();
  }

  delivered(): void {
    this.#list();
  }

  /** A request was not refused. */
  asked(state: ConnectionState, type: UpType): void {
    if (!isServerVisit(state)) this.#list();
    else this.called(type);
  }

  /** A room or a route called, and was not refused. */
  called(type: UpType | MailboxCall["type"]): void {
    if (PUT_DOWN.has(type)) this.#list();
  }

  #list(): void {
    this.#isListed ??= this.#store.has();
    if (this.#isListed) return;
    this.#store.put();
    this.#isListed = true;
    this.#tell("directory.add");
  }

  /** Of what waits for the directory, the last word is brought. */
  #tell(type: "directory.add" | "directory.remove"): void {
    const { app, me: userId, courier } = this.#mailbox;
    courier.post({ to: directoryRoom(app, userId), kind: "listing", key: "", call: { type, userId } });
  }
}
