import type { Clock } from "../../kernel/ports.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { EndpointId, PackId } from "../../protocol/ids.ts";
import type {
  Endpoint,
  EndpointChange,
  EndpointSettings,
  EndpointState,
  EndpointWithSecret,
} from "../../protocol/webhook.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import { DISABLE_AFTER_MS } from "./retry-plan.ts";
import type { EndpointRow } from "./types.ts";
import { webhookIdOf } from "./webhook-id.ts";

interface BookPorts {
  readonly endpointId: EndpointId;
  readonly store: EndpointStore;
  readonly clock: Clock;
}

/** What the endpoint is, and whether anything is posted to it. */
export class EndpointBook {
  readonly #ports: BookPorts;
  #row: EndpointRow | undefined;

  constructor(ports: BookPorts) {
    this.#ports = ports;
    this.#row = ports.store.find();
  }

  get exists(): boolean {
    return this.#row !== undefined;
  }

  get isActive(): boolean {
    return this.#row?.state.kind === "active";
  }

  get settings(): EndpointSettings {
    return this.#known().settings;
  }

  /** Those that sign now. */
  signingSecrets(): string[] {
    const { newest, old } = this.#known().secrets;
    return old !== undefined && old.untilMs > this.#ports.clock.nowMs() ? [newest, old.text] : [newest];
  }

  /** The `webhook-id` of an event. */
  idOf(number: number): string {
    return webhookIdOf(this.#ports.endpointId, this.#known().createdAt, number);
  }

  create(settings: EndpointSettings, secret: string): EndpointWithSecret {
    if (this.#row === undefined) {
      const createdAt = this.#ports.clock.nowMs();
      const secrets = { newest: secret };
      this.#put({ settings, state: { kind: "active" }, secrets, createdAt, failingSince: undefined });
    } else if (JSON.stringify(this.#row.settings) !== JSON.stringify(settings)) throw new ParleyError("PACK_CONFLICT");
    return this.#withSecret();
  }

  /** What is known of it. Throws `NO_SUCH_ENDPOINT`. */
  read(): Endpoint {
    const { settings, state, createdAt, failingSince, secrets } = this.#known();
    const { endpointId, clock } = this.#ports;
    const { old } = secrets;
    return {
      endpointId,
      ...settings,
      state,
      createdAt,
      ...(failingSince === undefined ? {} : { failingSince }),
      ...(old === undefined || old.untilMs <= clock.nowMs() ? {} : { oldSecretUntil: old.untilMs }),
    };
  }

  /** Enabling it forgets what failed. */
  update({ url, events, description }: EndpointChange, enabled: boolean | undefined): void {
    const row = this.#known();
    const settings = {
      ...row.settings,
      ...(url === undefined ? {} : { url }),
      ...(events === undefined ? {} : { events }),
      ...(description === undefined ? {} : { description }),
    };
    const changed = { ...row, settings };
    if (enabled === undefined) this.#put(changed);
    else if (enabled) this.#put({ ...changed, state: { kind: "active" }, failingSince: undefined });
    else if (this.isActive) this.#put({ ...changed, state: this.#disabled("asked") });
    else this.#put(changed);
  }

  /** Of two requests with one key the second changes nothing: what the first made may be in use already. */
  rotate({ secret, graceMs, key }: { secret: string; graceMs: number; key: PackId }): EndpointWithSecret {
    const row = this.#known();
    const old = { text: row.secrets.newest, untilMs: this.#ports.clock.nowMs() + graceMs };
    if (row.secrets.key !== key) this.#put({ ...row, secrets: { newest: secret, key, old } });
    return this.#withSecret();
  }

  delete(): void {
    this.#ports.store.deleteAll();
    this.#row = undefined;
  }

  succeeded(): void {
    if (this.#row?.failingSince !== undefined) this.#put({ ...this.#row, failingSince: undefined });
  }

  /** `isGone`: the receiver says that it is no more. Returns why the endpoint is disabled by it, if so. */
  failed(isGone: boolean): "gone" | "failing" | undefined {
    const row = this.#row;
    if (row?.state.kind !== "active") return undefined;
    const nowMs = this.#ports.clock.nowMs();
    const failingSince = row.failingSince ?? nowMs;
    const isHopeless = nowMs - failingSince >= DISABLE_AFTER_MS;
    if (isGone || isHopeless) {
      const why = isGone ? "gone" : "failing";
      this.#put({ ...row, failingSince, state: this.#disabled(why) });
      return why;
    }
    if (row.failingSince === undefined) this.#put({ ...row, failingSince });
    return undefined;
  }

  #disabled(why: (EndpointState & { kind: "disabled" })["why"]): EndpointState {
    return { kind: "disabled", why, at: this.#ports.clock.nowMs() };
  }

  #withSecret(): EndpointWithSecret {
    return { ...this.read(), secret: this.#known().secrets.newest };
  }

  #known(): EndpointRow {
    if (this.#row === undefined) throw new ParleyError("NO_SUCH_ENDPOINT");
    return this.#row;
  }

  #put(row: EndpointRow): void {
    this.#row = row;
    this.#ports.store.put(row);
  }
}
