import { expect, it } from "vitest";
import { freshPack, mailboxOf } from "../../../test/sim/mailboxes.ts";
import { alice, app, bob, carol } from "../../../test/sim/names.ts";
import { PHONE } from "../../../test/sim/pushes.ts";
import { World } from "../../../test/sim/world.ts";
import { pushTokenRoom } from "../../kernel/room-name.ts";
import type { UserId } from "../../protocol/ids.ts";
import { pushTokenIdOf } from "../../protocol/push-token-id.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";

const USERS = [alice, bob, carol] as const;
const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);
const STEPS = 60;
const room = pushTokenRoom(app, pushTokenIdOf("fcm", { kind: "token", token: PHONE.token ?? "" }));

/** One phone on which three users log in and out, while calls are lost, doubled and reordered, and rooms die. */
class Phone {
  readonly world: World;
  readonly #rooms = [...USERS.map(mailboxOf), room];

  constructor(seed: number) {
    this.world = new World({ seed });
  }

  step(): void {
    const kind = this.#below(10);
    const user = this.#one(USERS);
    const { flights } = this.world;
    if (kind < 2) this.#ask(user, { type: "device.push", registration: PHONE });
    else if (kind === 2) this.#ask(user, { type: "device.pushOff" });
    else if (kind === 3) this.world.crash(this.#one(this.#rooms));
    else if (kind === 4) this.world.ring(this.#one(this.#rooms));
    else if (flights.length > 0) this.world.land(this.#below(flights.length), kind < 7 ? "lost" : "arrives");
    this.world.nowMs += this.#below(1_000);
  }

  settle(): void {
    for (let round = 0; round < 4; round += 1) {
      this.world.nowMs += 120_000;
      for (const one of this.#rooms) this.world.ring(one);
      this.world.drain();
    }
  }

  holders(): UserId[] {
    const { storage } = this.world;
    return USERS.filter((user) => {
      const sql = storage.forRoom(mailboxOf(user));
      return sql.prepare("SELECT 1 AS found FROM push_tokens WHERE room = ?").get(sql.room) !== undefined;
    });
  }

  owner(): UserId | undefined {
    const owner = unwrap(this.world.call(room, { type: "pushToken.owner" })) as { userId: UserId } | null; // SAFETY: what it answers with
    return owner?.userId;
  }

  #ask(user: UserId, frame: { type: "device.push"; registration: typeof PHONE } | { type: "device.pushOff" }): void {
    const connection = this.world.connect(user, { deviceType: "android" });
    this.world.send(connection, { ...frame, packId: freshPack() });
    this.world.disconnect(connection);
  }

  #below(count: number): number {
    return Math.floor(this.world.random() * count);
  }

  #one<T>(some: readonly [T, ...T[]] | readonly T[]): T {
    const [first] = some;
    const chosen = some[this.#below(some.length)] ?? first;
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }
}

it("M161 at rest a phone is at most one user's, whatever was lost, doubled or crossed", () => {
  let held = 0;
  for (const seed of SEEDS) {
    const phone = new Phone(seed);
    for (let step = 0; step < STEPS; step += 1) phone.step();
    phone.settle();
    const owner = phone.owner();
    expect([[], [owner]], `seed ${seed}`).toContainEqual(phone.holders());
    held += phone.holders().length;
  }
  // Else nothing was tested.
  expect(held).toBeGreaterThan(SEEDS.length / 4);
});

it("M161 at rest it is the user's who registered last, when nobody ended that", () => {
  for (const seed of SEEDS) {
    const phone = new Phone(seed);
    for (let step = 0; step < STEPS; step += 1) phone.step();
    phone.settle();
    const last = USERS[seed % 3] ?? alice;
    const connection = phone.world.connect(last, { deviceType: "android" });
    phone.world.send(connection, { type: "device.push", packId: freshPack(), registration: PHONE });
    phone.world.crashAll();
    phone.settle();
    expect([phone.owner(), phone.holders()], `seed ${seed}`).toEqual([last, [last]]);
  }
});
