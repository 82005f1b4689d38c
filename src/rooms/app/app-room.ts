import type { Effects, RoomCall } from "../../kernel/effects.ts";
import type { RoomPorts } from "../../kernel/ports.ts";
import type { Room } from "../../kernel/room.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { AppCall, AppChanged } from "../../protocol/rpc/app-call.ts";
import { type AppStatus, SECTIONS } from "../../protocol/rpc/app-settings.ts";
import { AppStore } from "./app-store.ts";
import { Audit } from "./audit.ts";
import { Nonces } from "./nonces.ts";
import { Registry } from "./registry.ts";

/** Everybody who uses the app remembers all of its settings, so they are few and small. */
const MAX_VALUES = 200;
const MAX_VALUE_CHARS = 262_144;
const MAX_CHARS = 1_048_576;

/** An app: what it has decided for itself. Rules: SPEC.md. */
export class AppRoom implements Room {
  readonly #store: AppStore;
  readonly #audit: Audit;
  readonly #nonces: Nonces;
  readonly #registry: Registry;
  readonly #effects: Effects;

  constructor(_address: object, { sql, clock }: RoomPorts, effects: Effects) {
    this.#store = new AppStore(sql);
    this.#audit = new Audit(sql, clock);
    this.#nonces = new Nonces(sql, clock);
    this.#registry = new Registry(sql, clock);
    this.#effects = effects;
  }

  call(call: RoomCall): unknown {
    const known = call as AppCall; // SAFETY: hosts route by room kind, and only AppCall goes here
    switch (known.type) {
      case "app.settings":
        return this.#store.settings();
      case "app.set":
        return this.#set(known);
      case "app.status":
        return this.#setStatus(known);
      case "app.note":
        return this.#audit.noteOnce(known);
      case "app.audit":
        return this.#audit.page(known.before, known.limit);
      case "app.nonce":
        return this.#nonces.use(known);
      case "apps.add":
      case "apps.get":
      case "apps.list":
        return this.#registry.call(known);
      default:
        return null;
    }
  }

  replied(): void {}
  alarm(): void {}
  settle(): void {}
  abandon(): void {}
  opened(): void {}
  received(): void {}
  closed(): void {}

  #set({ section, id, value, before: expected, by }: AppCall & { type: "app.set" }): AppChanged {
    const { version } = this.#store.head();
    const before = this.#store.valueOf(section, id);
    const isAsExpected =
      expected === undefined || (expected === null ? undefined : JSON.stringify(expected)) === before;
    if (!isAsExpected) throw new ParleyError("PRECONDITION_FAILED");
    if (value === null) {
      if (before === undefined) return { version };
      this.#store.delete(section, id);
      this.#audit.note(by, `${section}.delete`, id);
      return this.#changed();
    }
    const parsed = SECTIONS[section].safeParse(value);
    if (!parsed.success) throw new ParleyError("BAD_PARAMETER", faultIn(section, parsed.error.issues[0]));
    const text = JSON.stringify(parsed.data);
    if (text === before) return { version };
    this.#checkSize(text, before);
    this.#store.put({ section, id, value: text });
    this.#audit.note(by, `${section}.${before === undefined ? "create" : "change"}`, id);
    return this.#changed();
  }

  #checkSize(text: string, before: string | undefined): void {
    if (text.length > MAX_VALUE_CHARS) throw new ParleyError("LIMIT_REACHED", "characters of one value");
    const { values, chars } = this.#store.size();
    if (before === undefined && values >= MAX_VALUES) throw new ParleyError("LIMIT_REACHED", "values");
    if (chars - (before?.length ?? 0) + text.length > MAX_CHARS)
      throw new ParleyError("LIMIT_REACHED", "characters of all values");
  }

  #setStatus({ status, by }: AppCall & { type: "app.status" }): AppChanged {
    const head = this.#store.head();
    if (head.status === status) return { version: head.version };
    this.#audit.note(by, `app.${status}`, "");
    return this.#changed(status);
  }

  #changed(status?: AppStatus): AppChanged {
    const head = this.#store.head();
    const version = head.version + 1;
    this.#store.putHead({ version, status: status ?? head.status });
    this.#effects.settingsChanged();
    return { version };
  }
}

function faultIn(section: string, issue: { path: readonly PropertyKey[]; message: string } | undefined): string {
  return `${[section, ...(issue?.path ?? [])].join(".")}: ${issue?.message}`;
}
