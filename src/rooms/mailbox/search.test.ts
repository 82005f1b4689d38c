import { describe, expect, it } from "vitest";
import { SimArchive } from "../../../test/sim/archive.ts";
import { append, text as item, SimGroup } from "../../../test/sim/asks.ts";
import { dataOf, freshPack, mailboxOf, online } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat, chatRoom } from "../../../test/sim/names.ts";
import { ask, chunk, close, edit, open, recall, remove } from "../../../test/sim/states.ts";
import { World } from "../../../test/sim/world.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { SearchMessages, SearchMessagesResult } from "../../protocol/frames/search.ts";
import type { UserId } from "../../protocol/ids.ts";

const text = (content: string) => item(freshPack(), content);

type Query = Omit<SearchMessages, "type" | "packId">;

/** A world whose archive has what was said until now. */
class Library {
  readonly world: World;
  readonly archive: SimArchive;

  constructor(hotEntries = 100) {
    this.world = new World({ policy: { archive: { hotEntries, hotMs: 0 } } });
    this.archive = new SimArchive(this.world);
  }

  archiveAll(): void {
    for (let round = 0; round < 3; round += 1) {
      this.world.quiesce(60_000);
      this.archive.work();
    }
  }

  begin(userId: UserId, query: Query) {
    const connection = online(this.world, userId);
    const packId = freshPack();
    this.world.send(connection, { type: "search.messages", packId, ...query });
    return { connection, packId };
  }

  search(userId: UserId, query: Query): SearchMessagesResult {
    const { connection, packId } = this.begin(userId, query);
    this.world.drain();
    return dataOf(connection, packId);
  }

  found(userId: UserId, query: Query): unknown[] {
    return this.search(userId, query).hits.map(({ entry }) => entry.content);
  }

  refusal(userId: UserId, query: Query): number | undefined {
    const { connection, packId } = this.begin(userId, query);
    this.world.drain();
    return connection.acks(packId)[0]?.code;
  }
}

describe("search.messages", () => {
  it("M152 finds in the user's sessions, a page at a time", () => {
    const library = new Library();
    append(library.world, alice, ["tea one", "coffee", "tea two"].map(text));
    append(library.world, bob, [text("tea three")]);
    library.archiveAll();
    expect(library.found(bob, { text: "tea" })).toEqual(["tea three", "tea two", "tea one"]);
    expect(library.found(alice, { text: "tea", from: bob, sessionId: chat })).toEqual(["tea three"]);
    const first = library.search(bob, { text: "tea", limit: 2 });
    expect(first).toMatchObject({ hits: [{ sessionId: chat, snippet: "tea three" }, { entry: { seqId: 3 } }] });
    const last = library.search(bob, { text: "tea", limit: 2, cursor: String(first.cursor) });
    expect(last).toMatchObject({ hits: [{ entry: { seqId: 1, from: alice, content: "tea one" } }] });
    expect(last).not.toHaveProperty("cursor");
    expect(library.found(bob, { text: "milk" })).toEqual([]);
  });

  it("M152 fills in what the session's room has let go of", () => {
    const library = new Library(2);
    append(
      library.world,
      alice,
      [...Array(12).keys()].map((n) => text(`tea ${n}`)),
    );
    library.archiveAll();
    const { hits } = library.search(bob, { text: "tea", limit: 50 });
    expect(hits.map(({ entry }) => entry.content)).toEqual([...Array(12).keys()].map((n) => `tea ${11 - n}`));
    expect(JSON.stringify(hits)).not.toContain('"cut"');
  });

  it("M153 leaves out what is gone by now, for the user alone or for everybody", () => {
    const library = new Library();
    const { world } = library;
    append(world, alice, [
      ...["one", "two", "three", "four"].map((word) => text(`tea ${word}`)),
      { ...text("tea soon"), ttlMs: 600_000 },
    ]);
    library.archiveAll();
    ask(world, alice, recall(1));
    ask(world, alice, remove(2));
    world.call(chatRoom, { type: "hide", userId: bob, seqIds: [3] });
    world.nowMs += 600_000;
    expect(library.found(bob, { text: "tea" })).toEqual(["tea four"]);
    expect(library.found(alice, { text: "tea" })).toEqual(["tea four", "tea three"]);
    expect(library.search(bob, { text: "tea", limit: 1 })).toEqual({ hits: [], cursor: "1" });
  });

  it("M153 leaves out sessions that the user may not read, or not any more", () => {
    const library = new Library();
    const { world } = library;
    const group = SimGroup.create(world, alice, [bob]);
    append(world, alice, [text("tea for the group")], group.room);
    append(world, alice, [text("tea for bob")]);
    library.archiveAll();
    expect(library.found(carol, { text: "tea" })).toEqual([]);
    expect(library.found(bob, { text: "tea" })).toHaveLength(2);
    group.change(alice, group.remove("out", [bob]));
    expect(library.found(bob, { text: "tea" })).toEqual(["tea for bob"]);
    group.change(alice, group.dismiss("over"));
    expect(library.found(alice, { text: "tea" })).toEqual(["tea for bob"]);
  });

  it("M154 leaves out what was replaced, until the archive has the new content", () => {
    const library = new Library(2);
    const { world } = library;
    append(world, alice, [text("tea early"), text("coffee")]);
    ask(world, alice, open("tea and"));
    append(
      world,
      alice,
      [...Array(6).keys()].map((n) => text(`filler ${n}`)),
    );
    library.archiveAll();
    expect(library.found(bob, { text: "tea" })).toEqual(["tea and", "tea early"]);
    ask(world, alice, edit(1, "milk"));
    ask(world, alice, edit(2, "tea late"));
    ask(world, alice, chunk(3, 7, " biscuits"));
    expect(library.found(bob, { text: "tea" })).toEqual(["tea and biscuits"]);
    ask(world, alice, close(3));
    expect(library.found(bob, { text: "tea" })).toEqual([]);
    library.archiveAll();
    expect(library.found(bob, { text: "tea" })).toEqual(["tea and biscuits", "tea late"]);
    expect(library.found(bob, { text: "milk" })).toEqual(["milk"]);
  });

  it("M155 is refused for now when the archive or a session cannot be reached, or the instance is dropped", () => {
    const library = new Library();
    const { world, archive } = library;
    append(world, alice, [text("tea")]);
    library.archiveAll();
    archive.isDown = true;
    expect(library.refusal(bob, { text: "tea" })).toBe(ERRORS.UNAVAILABLE.code);
    archive.isDown = false;
    const { connection, packId } = library.begin(bob, { text: "tea" });
    world.land(0);
    world.land(0);
    const index = world.flights.findIndex((one) => one.kind === "request" && one.to === chatRoom);
    world.land(index, "lost");
    world.drain();
    expect(connection.acks(packId)).toMatchObject([{ code: ERRORS.UNAVAILABLE.code }]);
    const dropped = library.begin(bob, { text: "tea" });
    world.land(0);
    world.land(0);
    world.evict(mailboxOf(bob));
    world.drain();
    expect(dropped.connection.acks(dropped.packId)).toMatchObject([{ code: ERRORS.UNAVAILABLE.code }]);
  });
});
