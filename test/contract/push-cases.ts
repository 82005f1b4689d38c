import { SimulatedApns } from "../../src/hosts/native/push-simulator/apns.ts";
import { SimulatedFcm } from "../../src/hosts/native/push-simulator/fcm.ts";
import type { SimulatedVendor } from "../../src/hosts/native/push-simulator/vendor.ts";
import { SimulatedWebPush } from "../../src/hosts/native/push-simulator/web-push.ts";
import { ApnsProvider } from "../../src/queues/push/apns/apns.ts";
import { FcmProvider } from "../../src/queues/push/fcm/fcm.ts";
import type { PushAddress, PushProvider } from "../../src/queues/push/provider.ts";
import { WebPushProvider } from "../../src/queues/push/webpush/web-push.ts";
import { aMessage, aTarget, type PushBench, pushBench } from "../support/push.ts";
import { type Case, equal } from "./check.ts";

const PACKAGE = "org.example.chat";

/** A message to one device, from the provider's signature to what the simulator shows: both in this runtime. */
async function delivers(
  { simulator, close }: Pick<PushBench<SimulatedVendor>, "simulator" | "close">,
  provider: PushProvider,
  address: PushAddress,
) {
  try {
    const target = aTarget({ packageName: PACKAGE, address });
    const [outcome] = await provider.send({ message: aMessage(), targets: [target] });
    equal(outcome?.kind, "sent", JSON.stringify(outcome));
    const [shown] = simulator.deliveries;
    equal([shown?.kind, shown?.title, shown?.body, shown?.badge], ["shown", "Alice", "Hello Bob", 3]);
    simulator.order({ fault: { kind: "refuse" } });
    const [refused] = await provider.send({ message: aMessage(), targets: [target] });
    equal(refused?.kind, "retry", JSON.stringify(refused));
  } finally {
    close();
  }
}

const token = (text: string) => ({ kind: "token", token: text }) as const;

export const pushCases: readonly Case<undefined>[] = [
  {
    name: "APNs over HTTP/2",
    async run() {
      const bench = await pushBench(await SimulatedApns.create([PACKAGE]));
      const provider = new ApnsProvider(bench.vendor.settings(bench.simulator.http2.url), bench.ports);
      await delivers(bench, provider, token("a1".repeat(32)));
    },
  },
  {
    name: "FCM",
    async run() {
      const bench = await pushBench(await SimulatedFcm.create([PACKAGE]));
      const provider = new FcmProvider(bench.vendor.settings(bench.simulator.url), bench.ports);
      await delivers(bench, provider, token("device-token"));
    },
  },
  {
    name: "Web Push",
    async run() {
      const bench = await pushBench(await SimulatedWebPush.create([PACKAGE]));
      const provider = new WebPushProvider(bench.vendor.settings(bench.simulator.url), bench.ports);
      const address = bench.vendor.subscribe(bench.simulator.url);
      await delivers(bench, provider, address);
    },
  },
];
