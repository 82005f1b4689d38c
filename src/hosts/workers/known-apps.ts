import { appRoom } from "../../kernel/room-name.ts";
import type { AppId } from "../../protocol/ids.ts";
import type { AppSettings } from "../../protocol/rpc/app-settings.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { SettingsAge } from "../../routes/deps.ts";
import { type Bindings, callRoom } from "./bindings.ts";

/** What is older is asked for again before anything is decided by it. */
const MAX_AGE_MS = 60_000;
/** What is older is asked for again, while it still holds. */
const REFRESH_AFTER_MS = 30_000;
/** At most one question in so long. */
const ASK_INTERVAL_MS = 5_000;
/** A newer answer than this is not asked for. `recent`: a key that was revoked is taken no longer than that. */
const AGES_MS: Readonly<Record<SettingsAge, number>> = { fresh: 1_000, recent: 5_000 };
/** Apps that an isolate remembers; beyond it all are asked again. */
const MAX_APPS = 10_000;

interface Known {
  readonly settings: AppSettings;
  readonly readAtMs: number;
  askedAtMs: number;
}

/** What apps have set, as the objects and the Worker of this isolate know it. No promise is shared: each belongs to whoever made it. */
const known = new Map<AppId, Known>();

/** Whether decisions may be made by what is remembered. */
export function isKnown(app: AppId, maxAgeMs = MAX_AGE_MS): boolean {
  const one = known.get(app);
  return one !== undefined && Date.now() - one.readAtMs < maxAgeMs;
}

/** What is remembered. Of whoever never asked there is none, so ask first. */
export function settingsOf(app: AppId): AppSettings {
  const one = known.get(app);
  if (one === undefined) throw new Error("the settings of the app were not asked for");
  return one.settings;
}

/** Asks the app when its settings are unknown or too old. One that cannot be reached is as it was last; if never, `UNAVAILABLE`. */
export async function askApp(bindings: Bindings, app: AppId, age?: SettingsAge): Promise<AppSettings> {
  const maxAgeMs = age === undefined ? MAX_AGE_MS : AGES_MS[age];
  if (isKnown(app, maxAgeMs)) return settingsOf(app);
  await refresh(bindings, app);
  return settingsOf(app);
}

/** Whether it is time to ask again although what is remembered still holds. Says so once. */
export function isDue(app: AppId): boolean {
  const one = known.get(app);
  const nowMs = Date.now();
  if (one === undefined || nowMs - one.readAtMs < REFRESH_AFTER_MS || nowMs - one.askedAtMs < ASK_INTERVAL_MS)
    return false;
  one.askedAtMs = nowMs;
  return true;
}

export async function refresh(bindings: Bindings, app: AppId): Promise<void> {
  const askedAtMs = Date.now();
  const outcome = await callRoom(bindings, appRoom(app), { type: "app.settings" });
  const before = known.get(app);
  if (!outcome.ok && before !== undefined) return;
  const settings = unwrap(outcome) as AppSettings; // SAFETY: what app.settings answers with
  // Of two answers the later may be to the earlier question.
  if (before !== undefined && before.settings.version > settings.version) return;
  if (known.size >= MAX_APPS) known.clear();
  // What was made of settings that are still the same is kept with them.
  const isSame = before?.settings.version === settings.version;
  known.set(app, { settings: isSame ? before.settings : settings, readAtMs: askedAtMs, askedAtMs });
}

/** A change was made through this isolate. */
export function forgetApp(app: AppId): void {
  known.delete(app);
}
