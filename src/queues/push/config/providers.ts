import type { AppId } from "../../../protocol/ids.ts";
import type { PushProviderName } from "../../../protocol/push-provider-name.ts";
import { ApnsProvider } from "../apns/apns.ts";
import { FcmProvider } from "../fcm/fcm.ts";
import { HonorProvider } from "../honor/honor.ts";
import { HuaweiProvider } from "../huawei/huawei.ts";
import { MeizuProvider } from "../meizu/meizu.ts";
import { OppoProvider } from "../oppo/oppo.ts";
import type { PushPorts, PushProvider } from "../provider.ts";
import type { ReceiptVendor } from "../receipts/receipt.ts";
import { VivoProvider } from "../vivo/vivo.ts";
import { WebPushProvider } from "../webpush/web-push.ts";
import { XiaomiProvider } from "../xiaomi/xiaomi.ts";
import type { PackageCredentials } from "./credentials.ts";
import type { PushConfig } from "./push-config.ts";
import { receiptUrl } from "./receipt-links.ts";

export type PushProviders = { readonly [Name in PushProviderName]: PushProvider };

/** Every provider with the packages that it has credentials of. `app`: whose own they are; without it, the deployment's. */
export function pushProviders(config: PushConfig, ports: PushPorts, app?: AppId): PushProviders {
  const { providers: tuning } = config;
  const told = <Vendor extends Told>(vendor: Vendor) => withReceipts(config, vendor, app);
  const apps = <Name extends PushProviderName>(name: Name) => appsOf(config, name);
  return {
    apns: new ApnsProvider({ ...tuning.apns, apps: apps("apns") }, ports),
    fcm: new FcmProvider({ ...tuning.fcm, apps: apps("fcm") }, ports),
    huawei: new HuaweiProvider({ ...tuning.huawei, apps: apps("huawei") }, ports),
    honor: new HonorProvider({ ...tuning.honor, apps: apps("honor") }, ports),
    xiaomi: new XiaomiProvider({ ...tuning.xiaomi, apps: told("xiaomi") }, ports),
    meizu: new MeizuProvider({ ...tuning.meizu, apps: told("meizu") }, ports),
    vivo: new VivoProvider({ ...tuning.vivo, apps: told("vivo") }, ports),
    oppo: new OppoProvider({ ...tuning.oppo, apps: told("oppo") }, ports),
    webpush: new WebPushProvider({ ...tuning.webpush, apps: apps("webpush") }, ports),
  };
}

/** Of what comes from JSON: it has no `undefined`, whatever is optional. */
type Exact<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };
type AppOf<Name extends PushProviderName> = Exact<NonNullable<PackageCredentials[Name]>>;

function appsOf<Name extends PushProviderName>({ packages }: PushConfig, name: Name): Map<string, AppOf<Name>> {
  const apps = new Map<string, AppOf<Name>>();
  for (const [packageName, credentials] of Object.entries(packages)) {
    const app = credentials[name];
    if (app !== undefined) apps.set(packageName, app as AppOf<Name>); // SAFETY: of this name, defined, and from JSON
  }
  return apps;
}

/** Vendors that are told with every push where to post its receipts. */
type Told = Extract<ReceiptVendor, "xiaomi" | "meizu" | "vivo" | "oppo">;

function withReceipts<Vendor extends Told>(config: PushConfig, vendor: Vendor, app: AppId | undefined) {
  const { publicUrl } = config;
  const linked = (credentials: AppOf<Vendor>): AppOf<Vendor> & { readonly receiptUrl?: string } => {
    const { receipts } = credentials;
    if (publicUrl === undefined || receipts === undefined) return credentials;
    const secret = "secret" in receipts ? receipts.secret : undefined;
    return { ...credentials, receiptUrl: receiptUrl(vendor, { publicUrl, app, secret }) };
  };
  return new Map([...appsOf(config, vendor)].map(([packageName, credentials]) => [packageName, linked(credentials)]));
}
