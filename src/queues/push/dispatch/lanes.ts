import type { PushDevice } from "../../../protocol/rpc/push-call.ts";
import type { PushProviders } from "../config/providers.ts";
import type { PushConfig } from "../config/push-config.ts";
import { Lane } from "./lane.ts";
import type { DispatchPorts } from "./ports.ts";

/** A lane for each provider and package that there are credentials of; APNs has servers of their own for development builds. */
export class Lanes {
  readonly #config: PushConfig;
  readonly #providers: PushProviders;
  readonly #ports: DispatchPorts;
  readonly #lanes = new Map<string, Lane>();

  constructor(config: PushConfig, providers: PushProviders, ports: DispatchPorts) {
    this.#config = config;
    this.#providers = providers;
    this.#ports = ports;
  }

  /** `undefined`: nobody has set up how to reach this device. */
  of({ provider: name, packageName, sandbox }: PushDevice): Lane | undefined {
    const { packages, providers: tuning } = this.#config;
    if (packages[packageName]?.[name] === undefined) return undefined;
    const key = `${name} ${packageName}${sandbox ? " (sandbox)" : ""}`;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const { perSecond } = tuning[name];
    const fresh = new Lane({ name: key, provider: this.#providers[name], perSecond }, this.#ports);
    this.#lanes.set(key, fresh);
    return fresh;
  }
}
