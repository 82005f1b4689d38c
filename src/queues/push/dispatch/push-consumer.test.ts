import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aJob, EXPIRES_AT_MS, FakeMailboxes, FakePorts } from "../../../../test/support/dispatch.ts";
import { aMessage } from "../../../../test/support/push.ts";
import { nativeHttp } from "../../../hosts/native/http.ts";
import { Http2Client } from "../../../hosts/native/http2-client.ts";
import { PushSimulators, SIMULATED_PACKAGE } from "../../../hosts/native/push-simulator/simulators.ts";
import { Measures } from "../../../kernel/measures.ts";
import { PUSH_PROVIDER_NAMES, type PushProviderName } from "../../../protocol/push-provider-name.ts";
import { type AppSettings, DEFAULT_SETTINGS } from "../../../protocol/rpc/app-settings.ts";
import type { PushAddress, PushDevice } from "../../../protocol/rpc/push-call.ts";
import type { PushJob } from "../../../protocol/rpc/queue-job.ts";
import type { QueueConsumer, Verdict } from "../../consumer.ts";
import { PushConfig } from "../config/push-config.ts";
import { pushConsumer } from "./push-consumer.ts";

/** From the whole configuration to what a phone shows: the simulators check signatures and limits as the vendors do. */
let simulators: PushSimulators;
let http2: Http2Client;
let mailboxes: FakeMailboxes;
let measures: Measures;
let consumer: QueueConsumer<PushJob>;
let settings: AppSettings;
const faults: unknown[] = [];

beforeAll(async () => {
  simulators = await PushSimulators.start();
  http2 = new Http2Client();
});
afterAll(() => {
  http2.close();
  simulators.close();
});
beforeEach(() => {
  mailboxes = new FakeMailboxes();
  measures = new Measures({ steadyMs: () => 0 });
  faults.length = 0;
  settings = DEFAULT_SETTINGS;
  consumer = pushConsumer(PushConfig.parse(simulators.configuration({ http2: true })), {
    ...{ archive: undefined, measures, http: nativeHttp(http2), clock: { nowMs: () => Date.now() }, random: () => 0 },
    call: (room, call) => mailboxes.call(room, call),
    settings: async () => settings,
    sleep: (ms) => new FakePorts(mailboxes).sleep(ms),
    onFault: (fault) => faults.push(fault),
  });
  for (const simulator of Object.values(simulators.by)) {
    simulator.behave();
    simulator.deliveries.length = 0;
  }
});

function aPhone(provider: PushProviderName, user: string): PushDevice {
  return {
    ...{ provider, tokenId: user, address: simulators.address(provider), packageName: SIMULATED_PACKAGE },
    ...{ sandbox: false, registeredAtMs: 0 },
  };
}

/** As its simulator names it. */
function tokenOf(address: PushAddress): string {
  return address.kind === "token" ? address.token : (address.endpoint.split("/").at(-1) ?? "");
}

async function push(...users: readonly string[]): Promise<readonly Verdict[]> {
  return consumer.consume(users.map((user) => aJob(user)));
}

const LATER = { expiresAtMs: Date.now() + EXPIRES_AT_MS };
const hasPush = (user: string, ...targets: PushDevice[]) =>
  mailboxes.has(user, { kind: "send", parts: [{ message: aMessage({ id: `main/${user}/1` }), targets }], ...LATER });

describe("an app with credentials of its own", () => {
  it("is pushed for with them, others with the deployment's, and a change holds at once", async () => {
    const mine = { [SIMULATED_PACKAGE]: { xiaomi: { appSecret: "not what the vendor gave out" } } };
    hasPush("bob", aPhone("xiaomi", "bob"));
    hasPush("carol", aPhone("xiaomi", "carol"));
    settings = { ...DEFAULT_SETTINGS, push: mine };
    expect(await push("bob")).toMatchObject([{ kind: "retry" }]);
    expect(mailboxes.outcomesOf("bob")).toEqual({ bob: { kind: "configError", reason: "21301" } });
    settings = DEFAULT_SETTINGS;
    expect(await push("carol")).toEqual([{ kind: "done" }]);
    const { packages } = PushConfig.parse(simulators.configuration({ http2: true }));
    settings = { ...DEFAULT_SETTINGS, push: { [SIMULATED_PACKAGE]: packages[SIMULATED_PACKAGE] ?? {} } };
    expect(await push("bob")).toEqual([{ kind: "done" }]);
    expect(faults.map(String)).toEqual([`Error: push by xiaomi main ${SIMULATED_PACKAGE}: 21301`]);
  });

  it("falls back on the deployment's for what it has not set, and for what cannot be read", async () => {
    settings = { ...DEFAULT_SETTINGS, push: { "com.other": { fcm: {} }, [SIMULATED_PACKAGE]: { vivo: { appId: 1 } } } };
    hasPush("bob", aPhone("vivo", "bob"));
    expect(await push("bob")).toEqual([{ kind: "done" }]);
  });
});

const DEAD: Readonly<Record<PushProviderName, string>> = {
  ...{ apns: "Unregistered", fcm: "UNREGISTERED", huawei: "80300007", honor: "80300007", xiaomi: "20301" },
  ...{ meizu: "110002", vivo: "10302", oppo: "10000", webpush: "410" },
};

describe.each(PUSH_PROVIDER_NAMES)("the queue of pushes through %s", (provider) => {
  const shown = () => simulators.by[provider].deliveries;

  it("shows a message on a phone, once, and counts it", async () => {
    hasPush("bob", aPhone(provider, "bob"));
    expect(await push("bob", "bob")).toEqual([{ kind: "done" }, { kind: "done" }]);
    expect(shown()).toMatchObject([{ kind: "shown", title: "Alice", body: "Hello Bob" }]);
    expect(mailboxes.outcomesOf("bob")).toMatchObject({ bob: { kind: "sent" } });
    expect(measures.pushes.of(provider, "sent").value).toBe(1);
    expect(faults).toEqual([]);
  });

  it("drops a token that is dead, and nobody else's", async () => {
    const dead = aPhone(provider, "bob");
    hasPush("bob", dead);
    hasPush("carol", aPhone(provider, "carol"));
    simulators.by[provider].order({ fault: { kind: "error", code: DEAD[provider] }, token: tokenOf(dead.address) });
    expect(await push("bob", "carol")).toEqual([{ kind: "done" }, { kind: "done" }]);
    expect(mailboxes.outcomesOf("bob")).toMatchObject({ bob: { kind: "dropToken" } });
    expect(mailboxes.outcomesOf("carol")).toMatchObject({ carol: { kind: "sent" } });
    expect(shown()).toHaveLength(1);
  });

  it("loses nothing while the vendor is away", async () => {
    hasPush("bob", aPhone(provider, "bob"));
    simulators.by[provider].order({ fault: { kind: "drop" } });
    expect(await push("bob")).toMatchObject([{ kind: "retry" }]);
    expect([shown(), mailboxes.outcomesOf("bob")]).toMatchObject([[], { bob: { kind: "retry" } }]);
    simulators.by[provider].behave();
    expect(await push("bob")).toEqual([{ kind: "done" }]);
    expect(shown()).toHaveLength(1);
  });
});
