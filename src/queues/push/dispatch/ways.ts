import type { AppId } from "../../../protocol/ids.ts";
import type { AppSettings } from "../../../protocol/rpc/app-settings.ts";
import type { PushDevice } from "../../../protocol/rpc/push-call.ts";
import { packagesOf } from "../config/app-packages.ts";
import { type PushProviders, pushProviders } from "../config/providers.ts";
import type { PushConfig } from "../config/push-config.ts";
import type { PushPorts } from "../provider.ts";
import { Lane } from "./lane.ts";
import type { DispatchPorts } from "./ports.ts";
import type { Way, WayTo } from "./requests.ts";

export interface WaysPorts extends DispatchPorts {
  readonly push: PushPorts;
  settings(app: AppId): Promise<AppSettings>;
}

interface Own {
  /** What the app had set when they were made. */
  readonly text: string;
  readonly ways: Ways;
}

/** How the devices of each app are reached: with the app's own credentials for a package, or else with the deployment's. */
export class AppWays {
  readonly #config: PushConfig;
  readonly #ports: WaysPorts;
  readonly #shared: Ways;
  readonly #own = new Map<AppId, Own>();

  constructor(config: PushConfig, ports: WaysPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#shared = new Ways(config, undefined, ports);
  }

  /** Rejects when what the app has set cannot be known now. */
  async of(app: AppId): Promise<WayTo> {
    const own = this.#ownOf(app, await this.#ports.settings(app));
    return (device) => own?.to(device) ?? this.#shared.to(device);
  }

  /** Made anew when the app changes them: what was remembered of the old ones may be wrong for the new. */
  #ownOf(app: AppId, settings: AppSettings): Ways | undefined {
    if (Object.keys(settings.push).length === 0) {
      this.#own.delete(app);
      return undefined;
    }
    const text = JSON.stringify(settings.push);
    const known = this.#own.get(app);
    if (known?.text === text) return known.ways;
    const ways = new Ways({ ...this.#config, packages: packagesOf(settings) }, app, this.#ports);
    this.#own.set(app, { text, ways });
    return ways;
  }
}

/** A lane for each provider and package that there are credentials of; APNs has servers of their own for development builds. */
class Ways {
  readonly #config: PushConfig;
  readonly #app: AppId | undefined;
  readonly #ports: WaysPorts;
  readonly #providers: PushProviders;
  readonly #ways = new Map<string, Way>();

  constructor(config: PushConfig, app: AppId | undefined, ports: WaysPorts) {
    this.#config = config;
    this.#app = app;
    this.#ports = ports;
    this.#providers = pushProviders(config, ports.push, app);
  }

  to({ provider: name, packageName, sandbox }: PushDevice): Way | undefined {
    const { packages, providers: tuning } = this.#config;
    const credentials = packages[packageName]?.[name];
    if (credentials === undefined) return undefined;
    const parts = [name, this.#app, packageName, sandbox ? "(sandbox)" : undefined];
    const key = parts.filter((part) => part !== undefined).join(" ");
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const provider = this.#providers[name];
    const lane = new Lane({ name: key, provider, perSecond: tuning[name].perSecond }, this.#ports);
    const hasReceipts = "receipts" in credentials && credentials.receipts !== undefined;
    const fresh: Way = { name: key, lane, maxBatch: provider.maxBatch, hasReceipts };
    this.#ways.set(key, fresh);
    return fresh;
  }
}
