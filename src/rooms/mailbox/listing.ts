import { audited } from "../../kernel/audited.ts";
import type { Connection, ConnectionState } from "../../kernel/ports.ts";
import { directoryRoom } from "../../kernel/room-name.ts";
import { isServerVisit } from "../../kernel/visit.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import type { Erasure, MailboxCall } from "../../protocol/rpc/mailbox-call.ts";
import type { UpType } from "../../protocol/up.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";
import { type ListingRow, ListingStore } from "./listing-store.ts";

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

/** Tells the app's directory, once, that the user exists, and knows when they were erased. */
export class Listing implements MailboxFeature {
  readonly name = "listing";
  readonly #mailbox: Mailbox;
  readonly #store: ListingStore;
  /** Read once: every delivery asks. */
  #row: ListingRow | undefined;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new ListingStore(mailbox.sql);
  }

  /** They were erased, and nothing was heard of them since: what others send reaches nobody. */
  get isAway(): boolean {
    const { isListed, erasedAtMs } = this.#known;
    return !isListed && erasedAtMs > 0;
  }

  /** Whether an erasure that was asked for then is done: what came after it is not the erased user's. */
  wasErased(askedAtMs: number): boolean {
    return this.#known.erasedAtMs >= askedAtMs;
  }

  /** Tokens from before count no longer. */
  refuses(connection: Connection): boolean {
    const { erasedAtMs } = this.#known;
    if (erasedAtMs === 0 || connection.state.issuedAtMs > erasedAtMs) return false;
    this.#mailbox.desk.expel(connection, CLOSE.TOKEN_REVOKED, "the user was erased");
    return true;
  }

  erase({ atMs, by }: Erasure): void {
    const { app, me: about, clock, courier } = this.#mailbox;
    const at = Math.max(atMs, clock.nowMs());
    this.#put({ isListed: false, erasedAtMs: at });
    audited(courier, app, { by, action: "user.erase", about, at, source: `user/${about} erased ${at}` });
    this.#tell("directory.remove");
  }

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
    if (this.#known.isListed) return;
    this.#put({ ...this.#known, isListed: true });
    this.#tell("directory.add");
  }

  get #known(): ListingRow {
    this.#row ??= this.#store.find();
    return this.#row;
  }

  #put(row: ListingRow): void {
    this.#store.put(row);
    this.#row = row;
  }

  /** Of what waits for the directory, the last word is brought. */
  #tell(type: "directory.add" | "directory.remove"): void {
    const { app, me: userId, courier } = this.#mailbox;
    courier.post({ to: directoryRoom(app, userId), kind: "listing", key: "", call: { type, userId } });
  }
}
