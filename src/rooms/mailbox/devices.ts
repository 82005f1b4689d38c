import type { z } from "zod";
import type { Connection, ConnectionState } from "../../kernel/ports.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { Device, DeviceKick } from "../../protocol/frames/device.ts";
import type { DeviceId } from "../../protocol/ids.ts";
import { MAX_DEVICES } from "../../protocol/limits.ts";
import type { Owed } from "./desk.ts";
import { type DeviceRow, DeviceStore } from "./device-store.ts";
import type { Mailbox, MailboxFeature } from "./feature.ts";

/** A device that reconnects often is not written down each time. */
const SEEN_EVERY_MS = 3_600_000;

/** Tokens that were taken back, and which devices, known ones or not, are logged in no longer. */
export interface LoggedOut {
  readonly tokenIds: readonly string[];
  isOut(deviceId: string): boolean;
}

/** Where the user is logged in, and which of their tokens count no longer. */
export class Devices implements MailboxFeature {
  readonly name = "devices";
  readonly #mailbox: Mailbox;
  readonly #store: DeviceStore;
  readonly #loggedOut: (out: LoggedOut) => void;

  constructor(mailbox: Mailbox, loggedOut: (out: LoggedOut) => void) {
    this.#mailbox = mailbox;
    this.#loggedOut = loggedOut;
    this.#store = new DeviceStore(mailbox.sql);
  }

  readonly requests = {
    "device.list": (owed: Owed) => {
      const online = new Set(this.#mailbox.desk.connections().map(({ state }) => state.deviceId));
      const current = owed.connection.state.deviceId;
      const devices = this.#store.all().map(({ deviceId, deviceType, lastSeenAt }): Device => {
        const isCurrent = deviceId === current ? ({ current: true } as const) : {};
        return { deviceId, deviceType, online: online.has(deviceId), lastSeenAt, ...isCurrent };
      });
      this.#mailbox.desk.answer(owed, { ok: true, value: { devices } });
    },
    "device.kick": (owed: Owed, { deviceId }: z.infer<typeof DeviceKick>) => {
      const devices = this.#store.all().filter((device) => device.deviceId === deviceId);
      if (devices.length === 0) throw new ParleyError("NO_SUCH_DEVICE");
      this.#kick(owed, devices, (other) => other === deviceId);
    },
    "device.kickOthers": (owed: Owed) => {
      const { deviceId: current } = owed.connection.state;
      const isOther = (deviceId: string) => deviceId !== current;
      this.#kick(
        owed,
        this.#store.all().filter(({ deviceId }) => isOther(deviceId)),
        isOther,
      );
    },
    "device.logout": (owed: Owed) => {
      const { deviceId: current } = owed.connection.state;
      const isCurrent = (deviceId: string) => deviceId === current;
      this.#kick(
        owed,
        this.#store.all().filter(({ deviceId }) => isCurrent(deviceId)),
        isCurrent,
      );
    },
  };

  /** Whether the connection's token was taken back; then it is closed, and whatever it still sends finds it expired. */
  refuses(connection: Connection): boolean {
    if (!this.#store.isRevoked(connection.state.tokenId)) return false;
    this.#end(connection, "the token was revoked");
    return true;
  }

  opened({ state }: Connection): void {
    const devices = this.#store.all();
    const known = devices.find(({ deviceId }) => deviceId === state.deviceId);
    const nowMs = this.#mailbox.clock.nowMs();
    const isSame = known?.tokenId === state.tokenId && known.deviceType === state.deviceType;
    if (isSame && Math.abs(nowMs - known.lastSeenAt) < SEEN_EVERY_MS) return;
    this.#store.put(rowOf(state, nowMs));
    if (known === undefined) for (const { deviceId } of devices.slice(MAX_DEVICES - 1)) this.#store.remove(deviceId);
  }

  closed({ state }: Connection, seenAtMs: number): void {
    const known = this.#store.all().find(({ deviceId }) => deviceId === state.deviceId);
    // One that was kicked is forgotten, and does not come back by leaving.
    if (known?.tokenId === state.tokenId) this.#store.put(rowOf(state, seenAtMs));
  }

  erase(): void {
    const tokenIds = this.#store.all().map(({ tokenId }) => tokenId);
    this.#store.deleteAll();
    for (const connection of this.#mailbox.desk.connections()) this.#end(connection, "the user was erased");
    this.#loggedOut({ tokenIds, isOut: () => true });
  }

  /** When any device of the user was last seen, as far as it was written down; 0 when none ever was. */
  lastSeenAt(): number {
    return Math.max(this.#store.lastSeenAt(), this.#store.all()[0]?.lastSeenAt ?? 0);
  }

  /** They are seen until now, if they are online. */
  #lastSeenOf(devices: readonly DeviceRow[]): number {
    const { desk, clock } = this.#mailbox;
    const online = new Set(desk.connections().map(({ state }) => state.deviceId));
    const seen = devices.map(({ deviceId, lastSeenAt }) => (online.has(deviceId) ? clock.nowMs() : lastSeenAt));
    return Math.max(this.#store.lastSeenAt(), ...seen);
  }

  #kick(owed: Owed, devices: readonly DeviceRow[], isOut: LoggedOut["isOut"]): void {
    const { desk, clock } = this.#mailbox;
    for (const device of devices) {
      this.#store.revoke(device, clock.nowMs());
      this.#store.remove(device.deviceId);
    }
    if (devices.length > 0) this.#store.putLastSeen(this.#lastSeenOf(devices));
    desk.answer(owed, { ok: true, value: { kicked: devices.length } });
    const gone = new Set<string>(devices.map(({ deviceId }) => deviceId));
    for (const connection of desk.connections()) {
      if (gone.has(connection.state.deviceId)) this.#end(connection, "the device was logged out");
    }
    this.#loggedOut({ tokenIds: devices.map(({ tokenId }) => tokenId), isOut });
  }

  #end(connection: Connection, reason: string): void {
    this.#mailbox.desk.expel(connection, CLOSE.TOKEN_REVOKED, reason);
  }
}

function rowOf({ deviceId, deviceType, tokenId, expiresAtMs }: ConnectionState, nowMs: number): DeviceRow {
  return { deviceId: deviceId as DeviceId, deviceType, tokenId, expiresAtMs, lastSeenAt: nowMs }; // SAFETY: the route checked it
}
