import { fetchHttp } from "../../src/hosts/fetch-http.ts";
import { SimulatedHonor } from "../../src/hosts/native/push-simulator/honor.ts";
import { SimulatedHuawei } from "../../src/hosts/native/push-simulator/huawei.ts";
import { SimulatedMeizu } from "../../src/hosts/native/push-simulator/meizu.ts";
import { SimulatedOppo } from "../../src/hosts/native/push-simulator/oppo.ts";
import { PushSimulator } from "../../src/hosts/native/push-simulator/simulator.ts";
import type { TokenDesk } from "../../src/hosts/native/push-simulator/token-desk.ts";
import type { SimulatedVendor } from "../../src/hosts/native/push-simulator/vendor.ts";
import { SimulatedVivo } from "../../src/hosts/native/push-simulator/vivo.ts";
import { SimulatedXiaomi } from "../../src/hosts/native/push-simulator/xiaomi.ts";
import { HonorProvider } from "../../src/queues/push/honor/honor.ts";
import { HuaweiProvider } from "../../src/queues/push/huawei/huawei.ts";
import { MeizuProvider } from "../../src/queues/push/meizu/meizu.ts";
import { OppoProvider } from "../../src/queues/push/oppo/oppo.ts";
import type { PushMessage, PushOutcome, PushPorts, PushProvider } from "../../src/queues/push/provider.ts";
import { VivoProvider } from "../../src/queues/push/vivo/vivo.ts";
import { XiaomiProvider } from "../../src/queues/push/xiaomi/xiaomi.ts";
import { aMessage, aTarget } from "./push.ts";

export const PACKAGE = "org.example.chat";

export type VendorName = "huawei" | "honor" | "xiaomi" | "meizu" | "vivo" | "oppo";

interface Pair {
  readonly vendor: SimulatedVendor & { readonly desk?: TokenDesk };
  /** The provider with its right key, or with a wrong one. */
  provider(ports: PushPorts, baseUrl: string, isRight: boolean): PushProvider;
}

const secretOf = (isRight: boolean) => (isRight ? "secret" : "another");

const PAIRS: Readonly<Record<VendorName, () => Pair>> = {
  huawei: () => ({
    vendor: new SimulatedHuawei({ clientId: "client", clientSecret: "secret" }),
    provider(ports, baseUrl, isRight) {
      const app = { clientId: "client", clientSecret: secretOf(isRight), badgeActivity: "org.example.chat.Main" };
      return new HuaweiProvider(
        { apps: new Map([[PACKAGE, app]]), baseUrl, tokenUrl: `${baseUrl}/oauth2/v3/token` },
        ports,
      );
    },
  }),
  honor: () => ({
    vendor: new SimulatedHonor({ appId: "104", clientId: "client", clientSecret: "secret" }),
    provider(ports, baseUrl, isRight) {
      const app = {
        appId: "104",
        clientId: "client",
        clientSecret: secretOf(isRight),
        badgeActivity: "org.example.Main",
      };
      const tokenUrl = `${baseUrl}/auth/realms/developer/protocol/openid-connect/token`;
      return new HonorProvider({ apps: new Map([[PACKAGE, app]]), baseUrl, tokenUrl }, ports);
    },
  }),
  xiaomi: () => ({
    vendor: new SimulatedXiaomi({ appSecret: "secret", packageName: PACKAGE }),
    provider(ports, baseUrl, isRight) {
      const app = { appSecret: secretOf(isRight) };
      return new XiaomiProvider({ apps: new Map([[PACKAGE, app]]), baseUrl }, ports);
    },
  }),
  meizu: () => ({
    vendor: new SimulatedMeizu({ appId: "10000", appSecret: "secret" }),
    provider(ports, baseUrl, isRight) {
      const app = { appId: "10000", appSecret: secretOf(isRight) };
      return new MeizuProvider({ apps: new Map([[PACKAGE, app]]), baseUrl }, ports);
    },
  }),
  vivo: () => ({
    vendor: new SimulatedVivo({ appId: "10004", appKey: "key", appSecret: "secret" }),
    provider(ports, baseUrl, isRight) {
      const app = { appId: "10004", appKey: "key", appSecret: secretOf(isRight) };
      return new VivoProvider({ apps: new Map([[PACKAGE, app]]), baseUrl }, ports);
    },
  }),
  oppo: () => ({
    vendor: new SimulatedOppo({ appKey: "key", masterSecret: "secret" }),
    provider(ports, baseUrl, isRight) {
      const app = { appKey: "key", masterSecret: secretOf(isRight) };
      return new OppoProvider({ apps: new Map([[PACKAGE, app]]), baseUrl }, ports);
    },
  }),
};

/** A provider, its vendor's simulator, and a clock and a patience that a test may change. */
export class VendorBench {
  provider: PushProvider;
  readonly misconfigured: PushProvider;
  readonly simulator: PushSimulator;
  readonly #make: (isRight: boolean) => PushProvider;
  readonly desk: TokenDesk | undefined;
  /** Added to the time of day, as the provider sees it. */
  clockOffsetMs = 0;
  /** For an answer that never comes. */
  maxTimeoutMs = Number.POSITIVE_INFINITY;

  static async start(name: VendorName): Promise<VendorBench> {
    const pair = PAIRS[name]();
    return new VendorBench(pair, await new PushSimulator(pair.vendor).start());
  }

  private constructor({ vendor, provider }: Pair, simulator: PushSimulator) {
    const ports: PushPorts = {
      clock: { nowMs: () => Date.now() + this.clockOffsetMs },
      random: () => 0.5,
      http: (request) => fetchHttp({ ...request, timeoutMs: Math.min(request.timeoutMs, this.maxTimeoutMs) }),
    };
    this.simulator = simulator;
    this.desk = vendor.desk;
    this.#make = (isRight) => provider(ports, simulator.url, isRight);
    this.provider = this.#make(true);
    this.misconfigured = this.#make(false);
  }

  /** A provider that remembers nothing, as after a restart. */
  renew(): void {
    this.provider = this.#make(true);
  }

  send(tokens: readonly string[], changes: Partial<PushMessage> = {}): Promise<readonly PushOutcome[]> {
    const targets = tokens.map((token) => aTarget({ tokenId: token, address: { kind: "token", token } }));
    return this.provider.send({ message: aMessage(changes), targets });
  }

  /** The outcome for one token whose push the vendor answers with an error of its own. */
  async outcomeOf(code: string): Promise<PushOutcome | undefined> {
    const token = `device-${code}`;
    this.simulator.order({ fault: { kind: "error", code }, token, times: 1 });
    const [outcome] = await this.send([token], { id: `push-${code}` });
    return outcome;
  }
}

export const VENDOR_NAMES: readonly VendorName[] = ["huawei", "honor", "xiaomi", "meizu", "vivo", "oppo"];
