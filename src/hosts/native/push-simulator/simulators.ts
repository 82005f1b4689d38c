import { randomBytes } from "node:crypto";
import { PUSH_PROVIDER_NAMES, type PushProviderName } from "../../../protocol/push-provider-name.ts";
import type { PushAddress } from "../../../queues/push/provider.ts";
import { SimulatedApns } from "./apns.ts";
import { SimulatedFcm } from "./fcm.ts";
import { SimulatedHonor } from "./honor.ts";
import { SimulatedHuawei } from "./huawei.ts";
import { SimulatedMeizu } from "./meizu.ts";
import { SimulatedOppo } from "./oppo.ts";
import { PushSimulator } from "./simulator.ts";
import { SimulatedVivo } from "./vivo.ts";
import { SimulatedWebPush } from "./web-push.ts";
import { SimulatedXiaomi } from "./xiaomi.ts";

/** The package of every simulated phone. */
export const SIMULATED_PACKAGE = "org.example.chat";

const secret = () => randomBytes(16).toString("hex");

/** What the simulated vendors have given out. */
interface Credentials {
  readonly huawei: { readonly clientId: string; readonly clientSecret: string };
  readonly honor: { readonly appId: string; readonly clientId: string; readonly clientSecret: string };
  readonly xiaomi: { readonly appSecret: string };
  readonly meizu: { readonly appId: string; readonly appSecret: string };
  readonly vivo: { readonly appId: string; readonly appKey: string; readonly appSecret: string };
  readonly oppo: { readonly appKey: string; readonly masterSecret: string };
}

interface Vendors {
  readonly apns: SimulatedApns;
  readonly fcm: SimulatedFcm;
  readonly webpush: SimulatedWebPush;
}

type Simulators = { readonly [Name in PushProviderName]: PushSimulator };

function generated(): Credentials {
  return {
    huawei: { clientId: "1001", clientSecret: secret() },
    honor: { appId: "1002", clientId: "1003", clientSecret: secret() },
    xiaomi: { appSecret: secret() },
    meizu: { appId: "1004", appSecret: secret() },
    vivo: { appId: "1005", appKey: secret(), appSecret: secret() },
    oppo: { appKey: secret(), masterSecret: secret() },
  };
}

/** Every vendor's service at once, with the configuration that a server needs to reach them. */
export class PushSimulators {
  readonly by: Simulators;
  readonly #vendors: Vendors;
  readonly #credentials: Credentials;

  private constructor(parts: { by: Simulators; vendors: Vendors; credentials: Credentials }) {
    this.by = parts.by;
    this.#vendors = parts.vendors;
    this.#credentials = parts.credentials;
  }

  static async start(): Promise<PushSimulators> {
    const credentials = generated();
    const packages = [SIMULATED_PACKAGE];
    const [apns, fcm, webpush] = await Promise.all([
      SimulatedApns.create(packages),
      SimulatedFcm.create(packages),
      SimulatedWebPush.create(packages),
    ]);
    const vendors = {
      apns,
      fcm,
      webpush,
      huawei: new SimulatedHuawei(credentials.huawei),
      honor: new SimulatedHonor(credentials.honor),
      xiaomi: new SimulatedXiaomi({ ...credentials.xiaomi, packageName: SIMULATED_PACKAGE }),
      meizu: new SimulatedMeizu(credentials.meizu),
      vivo: new SimulatedVivo(credentials.vivo),
      oppo: new SimulatedOppo(credentials.oppo),
    };
    const started = await Promise.all(
      PUSH_PROVIDER_NAMES.map(async (name) => [name, await new PushSimulator(vendors[name]).start()] as const),
    );
    const by = Object.fromEntries(started) as Simulators; // SAFETY: one for each name
    return new PushSimulators({ by, vendors, credentials });
  }

  /** For `PARLEY_PUSH`. `http2`: whether the server speaks HTTP/2 to APNs. */
  configuration({ http2 }: { readonly http2: boolean }): object {
    const { apns, fcm, webpush } = this.#vendors;
    const url = (name: PushProviderName) => ({ baseUrl: this.by[name].url });
    const apnsUrl = http2 ? this.by.apns.http2.url : this.by.apns.url;
    const credentials = {
      ...this.#credentials,
      apns: apns.key,
      fcm: fcm.settings(this.by.fcm.url).apps.get(SIMULATED_PACKAGE),
      webpush: webpush.keys,
    };
    return {
      packages: { [SIMULATED_PACKAGE]: credentials },
      providers: {
        apns: { productionUrl: apnsUrl, sandboxUrl: apnsUrl },
        fcm: url("fcm"),
        huawei: { ...url("huawei"), tokenUrl: `${this.by.huawei.url}/oauth2/v3/token` },
        honor: {
          ...url("honor"),
          tokenUrl: `${this.by.honor.url}/auth/realms/developer/protocol/openid-connect/token`,
        },
        xiaomi: url("xiaomi"),
        meizu: url("meizu"),
        vivo: url("vivo"),
        oppo: url("oppo"),
        webpush: { services: [this.by.webpush.url] },
      },
    };
  }

  /** What a new phone, or browser, of a vendor registers with. */
  address(provider: PushProviderName): PushAddress {
    if (provider === "webpush") return this.#vendors.webpush.subscribe(this.by.webpush.url);
    return { kind: "token", token: randomBytes(32).toString("hex") };
  }

  close(): void {
    for (const simulator of Object.values(this.by)) simulator.close();
  }
}
