import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RecordedDelivery } from "../../src/hosts/native/push-simulator/simulator.ts";
import { PushSimulators, SIMULATED_PACKAGE } from "../../src/hosts/native/push-simulator/simulators.ts";
import { inParallel } from "../../src/queues/in-parallel.ts";
import { QUEUE_PLANS } from "../../src/queues/queue-plan.ts";
import { api } from "../support/api.ts";
import { someone, upTo } from "../support/person.ts";
import { freePort, NATIVE_HOSTS, ServerProcess, temporaryDirectory } from "../support/server-process.ts";

/** The command of the full proof: `PUSH_USERS=10000 npx vitest run --project e2e test/crash/push.test.ts`. */
const USERS = Number(process.env.PUSH_USERS ?? 400);
const KILLS = 2;
const CONCURRENCY = 20;
/** What is sent and not settled when the process dies. */
const MAX_DOUBLED = KILLS * QUEUE_PLANS.push.concurrency * CONCURRENCY;

/** What phones have got so far, by token. */
class Screens {
  readonly byToken = new Map<string, RecordedDelivery[]>();
  #waiting: { readonly phones: number; readonly resolve: () => void } | undefined;

  constructor(simulators: PushSimulators) {
    simulators.by.fcm.onDelivery((delivery) => {
      this.byToken.set(delivery.token, [...(this.byToken.get(delivery.token) ?? []), delivery]);
      if (this.byToken.size >= (this.#waiting?.phones ?? Number.POSITIVE_INFINITY)) this.#waiting?.resolve();
    });
  }

  /** Resolves when so many phones have got something. */
  async until(phones: number): Promise<void> {
    if (this.byToken.size >= phones) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { phones, resolve };
    await promise;
  }
}

describe("a server that is killed while it pushes", () => {
  it.concurrent.each(NATIVE_HOSTS)(
    "loses none, and doubles at most what was under way, on %s",
    async (host) => {
      const simulators = await PushSimulators.start();
      const screens = new Screens(simulators);
      const [dataDir, port] = [temporaryDirectory(), await freePort()];
      const variables = { PARLEY_PUSH: JSON.stringify(simulators.configuration({ http2: true })) };
      const start = () => ServerProcess.start({ host, dataDir, port, variables });
      let server = await start();
      const users = upTo(USERS).map((n) => someone(`u${n}`));
      await inParallel(users, 50, async (userId) => {
        const body = {
          deviceId: "phone",
          provider: "fcm",
          token: `token-of-${userId}`,
          packageName: SIMULATED_PACKAGE,
        };
        expect((await api(server.url, `/v1/users/${userId}/push-tokens`, { body })).status).toBe(200);
      });
      const notice = { packId: "sale", users, from: "shop", content: "sale" };
      expect((await api(server.url, "/v1/notices", { body: notice })).status).toBe(202);
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await screens.until((kill * USERS) / 5);
        await server.kill();
        expect(screens.byToken.size).toBeLessThan(USERS);
        server = await start();
      }
      await screens.until(USERS);
      // A phone keeps one notification under one collapse id, however often it comes.
      for (const got of screens.byToken.values()) {
        expect(got[0]).toMatchObject({ kind: "shown", body: "sale", badge: 1 });
        expect(new Set(got.map(({ collapseId }) => collapseId)).size).toBe(1);
      }
      expect(simulators.by.fcm.deliveries.length - USERS).toBeLessThanOrEqual(MAX_DOUBLED);
      await server.dispose();
      simulators.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
    USERS * 300,
  );
});
