import type { Errands } from "../../kernel/errands.ts";
import type { Clock } from "../../kernel/ports.ts";
import { mailboxRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppId, GroupId, UserId } from "../../protocol/ids.ts";
import { MAX_INVITATIONS } from "../../protocol/limits.ts";
import type { InvitationCall } from "../../protocol/rpc/mailbox-call.ts";
import type { InvitationStore } from "./invitation-store.ts";
import type { Roster } from "./roster.ts";

interface InvitationPorts {
  readonly app: AppId;
  readonly groupId: GroupId;
  readonly roster: Roster;
  readonly store: InvitationStore;
  readonly courier: Errands;
  readonly clock: Clock;
}

/** Who is asked to join. The courier tells the mailboxes of the invited, and that it is over. */
export class Invitations {
  readonly #ports: InvitationPorts;

  constructor(ports: InvitationPorts) {
    this.#ports = ports;
  }

  isOpen(userId: UserId): boolean {
    return this.#ports.store.openOf([userId]).length > 0;
  }

  /** Throws `LIMIT_REACHED` before anything is stored. Inviting again changes who asks, and how. */
  open(userIds: readonly UserId[], { by, greeting }: { by: UserId; greeting: string | undefined }): void {
    const { store, roster, clock } = this.#ports;
    if (new Set([...store.open(), ...userIds]).size > MAX_INVITATIONS)
      throw new ParleyError("LIMIT_REACHED", "open invitations");
    const { name } = roster.require().info;
    const greet = greeting === undefined ? {} : { greeting };
    const at = clock.nowMs();
    const version = store.nextVersion();
    for (const userId of userIds) {
      store.put({ userId, version, inviter: by, at, ...greet });
      this.#tell(userId, { version, invitation: { by, name, at, ...greet } });
    }
  }

  /** They joined, said no or may not come any more. */
  close(userIds: readonly UserId[]): void {
    const { store } = this.#ports;
    const open = store.openOf(userIds);
    if (open.length === 0) return;
    const version = store.nextVersion();
    store.close(open, version);
    for (const userId of open) this.#tell(userId, { version });
  }

  /** The group is dismissed. */
  closeAll(): void {
    this.close(this.#ports.store.open());
  }

  #tell(userId: UserId, what: Pick<InvitationCall, "version" | "invitation">): void {
    const { courier, app, groupId } = this.#ports;
    const call: InvitationCall = { type: "invitation", groupId, ...what };
    courier.post({ to: mailboxRoom(app, userId), kind: "invitation", key: "", call });
  }
}
