import { pushTokenRoom } from "../../kernel/room-name.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { PushRegistration, PushSettings, PushToken } from "../../protocol/frames/push.ts";
import type { DeviceId } from "../../protocol/ids.ts";
import { MAX_PUSH_TOKENS } from "../../protocol/limits.ts";
import { isPushEndpoint } from "../../protocol/push-endpoint.ts";
import { pushTokenIdOf } from "../../protocol/push-token-id.ts";
import type { PushAddress, PushDevice } from "../../protocol/rpc/push-call.ts";
import type { FrameOf } from "../../protocol/up.ts";
import type { Owed } from "./desk.ts";
import type { Mailbox, MailboxCalls, MailboxFeature } from "./feature.ts";
import { PushTokenStore, type TokenRow } from "./push-token-store.ts";

const NONE: ReadonlySet<string> = new Set();

/** Where pushes reach the user, and what they want of them. */
export class PushTokens implements MailboxFeature {
  readonly name = "pushTokens";
  readonly #mailbox: Mailbox;
  readonly #store: PushTokenStore;
  /** Read once: most users have none, and every delivery asks. */
  #rows: readonly TokenRow[] | undefined;
  #whenGone = () => {};

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
    this.#store = new PushTokenStore(mailbox.sql);
  }

  readonly requests = {
    "device.push": (owed: Owed, { registration, deviceId }: FrameOf<"device.push">) => {
      const row = this.#register(registration, deviceId ?? this.#asking(owed));
      this.#mailbox.desk.answer(owed, { ok: true, value: shown(row) });
    },
    "device.pushOff": (owed: Owed, { tokenId }: FrameOf<"device.pushOff">) => {
      const asking = tokenId === undefined ? this.#asking(owed) : undefined;
      const removed = this.#removeWhere((row) => row.tokenId === tokenId || row.deviceId === asking);
      this.#mailbox.desk.answer(owed, { ok: true, value: { removed } });
    },
    "push.list": (owed: Owed) => {
      this.#mailbox.desk.answer(owed, { ok: true, value: { tokens: this.#all().map(shown) } });
    },
    "push.settings": (owed: Owed, frame: FrameOf<"push.settings">) => {
      const { version, settings: old } = this.#store.settings();
      const settings = patched(old, frame.settings);
      if (JSON.stringify(settings) !== JSON.stringify(old)) this.#store.putSettings({ version, settings });
      this.#mailbox.desk.answer(owed, { ok: true, value: settings });
    },
  };

  readonly calls: MailboxCalls = {
    "push.unclaim": ({ tokenId, version }) => {
      this.#removeWhere((row) => row.tokenId === tokenId && row.version <= version);
      return null;
    },
  };

  hasAny(): boolean {
    return this.#all().length > 0;
  }

  devices(except: ReadonlySet<string> = NONE): PushDevice[] {
    return this.#all().flatMap((row) => (except.has(row.deviceId) ? [] : deviceOf(row)));
  }

  settings(): PushSettings {
    return this.#store.settings().settings;
  }

  /** The user's own, or that of the device that registered last. */
  timeZone(): string {
    const zones = this.#all().map(({ registration }) => registration.timeZone);
    return this.settings().timeZone ?? zones.find((zone) => zone !== undefined) ?? "UTC";
  }

  /** The provider says that it is dead. It stays if it was registered after `invalidSinceMs`. */
  drop(tokenId: string, invalidSinceMs = Number.POSITIVE_INFINITY): void {
    this.#removeWhere((row) => row.tokenId === tokenId && row.registeredAtMs <= invalidSinceMs);
  }

  /** Devices are logged in no longer. */
  loggedOut(isOut: (deviceId: string) => boolean): void {
    this.#removeWhere(({ deviceId }) => isOut(deviceId));
  }

  /** Registrations go on being numbered from where they were. */
  erase(): void {
    this.#removeWhere(() => true);
    this.#store.putSettings({ version: this.#store.settings().version, settings: {} });
  }

  /** `listener` hears when the last one is gone. */
  whenGone(listener: () => void): void {
    this.#whenGone = listener;
  }

  #all(): readonly TokenRow[] {
    this.#rows ??= this.#store.all();
    return this.#rows;
  }

  #asking({ connection }: Owed): DeviceId {
    if (connection.state.deviceId === "") throw new ParleyError("BAD_PARAMETER", "deviceId");
    return connection.state.deviceId as DeviceId; // SAFETY: the route checked it
  }

  /** The room of the token learns of it in any case: what it was told last may be that the token is somebody else's. */
  #register(registration: PushRegistration, deviceId: DeviceId): TokenRow {
    const address = addressOf(registration);
    this.#requireService(address);
    const { app, me, clock, courier } = this.#mailbox;
    const tokenId = pushTokenIdOf(registration.provider, address);
    this.#makeRoom(tokenId, { registration, deviceId });
    const { version: last, settings } = this.#store.settings();
    const version = last + 1;
    this.#store.putSettings({ version, settings });
    const row = { tokenId, deviceId, version, registeredAtMs: clock.nowMs(), registration };
    this.#store.put(row);
    this.#rows = undefined;
    const call = { type: "pushToken.claim", userId: me, version } as const;
    courier.post({ to: pushTokenRoom(app, tokenId), kind: "pushToken", key: "", call });
    return row;
  }

  #requireService(address: PushAddress): void {
    if (address.kind === "token" || isPushEndpoint(address.endpoint, this.#mailbox.policy.webPushServices)) return;
    throw new ParleyError("BAD_PARAMETER", "registration.subscription.endpoint: not at a push service that is known");
  }

  /** What the registration takes the place of goes, and what would be too much. */
  #makeRoom(tokenId: string, { registration, deviceId }: Pick<TokenRow, "registration" | "deviceId">): void {
    const { provider, packageName } = registration;
    const others = this.#all().filter((row) => row.tokenId !== tokenId);
    const isReplaced = (row: TokenRow) =>
      row.deviceId === deviceId &&
      row.registration.provider === provider &&
      row.registration.packageName === packageName;
    const kept = others.filter((row) => !isReplaced(row)).slice(0, MAX_PUSH_TOKENS - 1);
    for (const row of others) if (!kept.includes(row)) this.#store.remove(row.tokenId);
  }

  #removeWhere(isGone: (row: TokenRow) => boolean): number {
    const gone = this.#all().filter(isGone);
    if (gone.length === 0) return 0;
    for (const { tokenId } of gone) this.#store.remove(tokenId);
    this.#rows = undefined;
    if (!this.hasAny()) this.#whenGone();
    return gone.length;
  }
}

function addressOf({ token, subscription }: PushRegistration): PushAddress {
  if (subscription !== undefined)
    return { kind: "subscription", endpoint: subscription.endpoint, ...subscription.keys };
  return { kind: "token", token: token ?? "" };
}

function deviceOf({ tokenId, registeredAtMs, registration }: TokenRow): PushDevice {
  const { provider, packageName, sandbox = false, locale } = registration;
  const base = { tokenId, provider, address: addressOf(registration), packageName, sandbox, registeredAtMs };
  return locale === undefined ? base : { ...base, locale };
}

/** The token itself is for nobody to read again. */
function shown({ tokenId, deviceId, registeredAtMs, registration }: TokenRow): PushToken {
  const { token: _, subscription: __, ...rest } = registration;
  return { tokenId, deviceId, ...rest, registeredAt: registeredAtMs };
}

const NAMES = ["off", "hideContent", "quiet", "timeZone", "locale", "muteMentions"] as const;

/** What is given replaces, `null` removes, what is missing stays. */
function patched(old: PushSettings, patch: FrameOf<"push.settings">["settings"]): PushSettings {
  const values = NAMES.map(
    (name) => [name, patch[name] === undefined ? old[name] : (patch[name] ?? undefined)] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
