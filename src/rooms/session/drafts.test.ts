import { describe, expect, it } from "vitest";
import { append, errorOf, SimGroup, text, tryAppend, wholeLog } from "../../../test/sim/asks.ts";
import { control, controlFrame, messageIn, tryControl } from "../../../test/sim/controls.ts";
import { alice, bob, carol, chatRoom, dave, pack } from "../../../test/sim/names.ts";
import { World } from "../../../test/sim/world.ts";
import { WordFilter } from "../../kernel/word-filter.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { AppendItem } from "../../protocol/rpc/session-call.ts";

type Content = AppendItem["content"];

/** What becomes of one item; its error and detail if it is refused. */
function refusalOf(world: World, item: AppendItem, { by = alice, room = chatRoom } = {}): string | undefined {
  const [result] = unwrap(tryAppend(world, by, [item], room));
  return result?.ok === false ? `${result.error} ${result.message}` : undefined;
}

const url = "https://files.example/a";

describe("content", () => {
  const right: [number, Content][] = [
    [1, "hello"],
    [1, { text: "hello", format: "plain" }],
    [2, { url, width: 1, height: 2, size: 3, name: "a.png", thumbnail: url, blurhash: "x" }],
    [3, { url, durationMs: 1_000 }],
    [4, { url, thumbnail: url }],
    [5, { url, name: "a.pdf", size: 1 }],
    [6, { latitude: 48.1, longitude: 11.5, name: "here", address: "there" }],
    [7, { title: "t", items: [{ from: "bob", timestamp: 1, contentType: 2, content: { url }, more: 1 }] }],
    [1_000, { anything: [] }],
    ...[2, 3, 4, 5, 6, 7, 99].map((type): [number, Content] => [type, "what an older client sends"]),
  ];
  it.each(right)("S30 is right as type %i: %j", (contentType, content) => {
    const world = new World();
    append(world, alice, [{ packId: pack("p"), contentType, content }]);
    expect(wholeLog(world)).toMatchObject([{ contentType, content }]);
  });

  const wrong: [number, Content, string][] = [
    [1, {}, "content.text"],
    [1, { text: 1 }, "content.text"],
    [2, { width: 1 }, "content.url"],
    [2, { url, width: "1" }, "content.width"],
    [3, { url }, "content.durationMs"],
    [4, { url, durationMs: -1 }, "content.durationMs"],
    [5, { url }, "content.name"],
    [6, { latitude: 91, longitude: 0 }, "content.latitude"],
    [7, { title: "t", items: [] }, "content.items"],
    [7, { title: "t", items: [{ from: "bob", timestamp: 1, contentType: 1 }] }, "content.items.0.content"],
  ];
  it.each(wrong)("S30 is wrong as type %i: %j", (contentType, content, path) => {
    const world = new World();
    const refusal = refusalOf(world, { packId: pack("p"), contentType, content });
    expect(refusal).toContain("BAD_PARAMETER");
    expect(refusal).toContain(path);
    expect(wholeLog(world)).toEqual([]);
  });

  it("S30 is at most 100 messages of a merged forward", () => {
    const world = new World();
    const item = { from: "bob", timestamp: 1, contentType: 1, content: "x" };
    const merged = (count: number) => ({ title: "t", items: Array.from({ length: count }, () => item) });
    expect(refusalOf(world, { packId: pack("a"), contentType: 7, content: merged(100) })).toBeUndefined();
    expect(refusalOf(world, { packId: pack("b"), contentType: 7, content: merged(101) })).toContain("content.items");
  });
});

describe("a message's options", () => {
  it("S31 may answer a message of the session, also one that is gone, and nothing else", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob]);
    const { room } = group;
    append(world, alice, [text("2")], room);
    const reply = (packId: string, seqId: number) =>
      refusalOf(world, { ...text(packId), replyTo: { seqId, quote: { offset: 0, length: 1 } } }, { by: bob, room });
    for (const [packId, seqId] of [
      ["a", 1],
      ["b", 3],
      ["c", 2 ** 50],
    ] as const)
      expect(reply(packId, seqId)).toContain("NO_SUCH_MESSAGE");
    expect(reply("d", 2)).toBeUndefined();
    control(world, alice, controlFrame("recall", 2, { sessionId: group.sessionId }));
    expect(reply("e", 2)).toBeUndefined();
    expect(group.log()).toHaveLength(5);
  });

  it("S32 may mention members, and all of them if the sender keeps order", () => {
    const world = new World();
    const { room } = SimGroup.create(world, alice, [bob, carol]);
    const mention = (by: typeof alice, mentions: AppendItem["mentions"], packId: string) =>
      refusalOf(world, { ...text(packId), mentions }, { by, room });
    expect(mention(bob, { users: [carol, alice] }, "a")).toBeUndefined();
    expect(mention(bob, { users: [carol, dave] }, "b")).toContain("BAD_PARAMETER");
    expect(mention(bob, { all: true }, "c")).toContain("NOT_ALLOWED_IN_GROUP");
    expect(mention(alice, { all: true, users: [bob] }, "d")).toBeUndefined();
  });

  it("S32 may mention the other in a single chat, not all", () => {
    const world = new World();
    expect(refusalOf(world, { ...text("a"), mentions: { users: [bob] } })).toBeUndefined();
    expect(refusalOf(world, { ...text("b"), mentions: { users: [carol] } })).toContain("mentions.users");
    expect(refusalOf(world, { ...text("c"), mentions: { all: true } })).toContain("BAD_PARAMETER");
  });

  it("S32 refuses one item of a batch, not the others", () => {
    const world = new World();
    const bad = { ...text("b"), mentions: { users: [carol] } };
    expect(unwrap(tryAppend(world, alice, [text("a"), bad, text("c")])).map(({ ok }) => ok)).toEqual([
      true,
      false,
      true,
    ]);
    expect(wholeLog(world)).toMatchObject([{ packId: "a" }, { packId: "c", seqId: 2 }]);
  });

  it("S34 are judged once: a repeated message is answered like the first time", () => {
    const world = new World();
    const group = SimGroup.create(world, alice, [bob, carol]);
    const item = { ...text("a"), mentions: { users: [carol] } };
    append(world, bob, [item], group.room);
    group.change(carol, group.quit("q"));
    expect(append(world, bob, [item], group.room)).toMatchObject([{ seqId: 2, repeated: true }]);
    const [other] = unwrap(tryAppend(world, bob, [{ ...item, packId: pack("b") }], group.room));
    expect(other).toMatchObject({ error: "BAD_PARAMETER" });
    const [changed] = unwrap(tryAppend(world, bob, [{ ...item, mentions: { users: [alice] } }], group.room));
    expect(changed).toMatchObject({ error: "PACK_CONFLICT" });
  });
});

describe("words", () => {
  const withWords = (action: "replace" | "reject") =>
    new World({ policy: { words: new WordFilter({ list: ["badword", "脏话"], action }) } });

  it("S33 are replaced in texts, old or new, plain, in objects and forwarded", () => {
    const world = withWords("replace");
    const merged = {
      title: "t",
      items: [
        { from: "bob", timestamp: 1, contentType: 1, content: "a BadWord" },
        { from: "bob", timestamp: 1, contentType: 2, content: "badword" },
      ],
    };
    append(world, alice, [text("1", "一句脏话!"), text("2", { text: "my badword", format: "badword" })]);
    append(world, alice, [{ packId: pack("3"), contentType: 7, content: merged }]);
    append(world, alice, [{ packId: pack("4"), contentType: 2, content: "badword" }, text("5", "fine")]);
    control(world, alice, controlFrame("override", 5, { content: "badword" }));
    const contents = wholeLog(world).map((entry) => ("content" in entry ? entry.content : undefined));
    expect(contents.slice(0, 2)).toEqual(["一句**!", { text: "my *******", format: "badword" }]);
    expect(contents[2]).toMatchObject({ items: [{ content: "a *******" }, { content: "badword" }] });
    expect(contents.slice(3, 5)).toEqual(["badword", "*******"]);
    expect(JSON.stringify(wholeLog(world)[5])).toContain("*******");
  });

  it("S33 are refused where the policy says so, and nothing of the message is stored", () => {
    const world = withWords("reject");
    append(world, alice, [text("ok")]);
    expect(refusalOf(world, text("1", "B.a.d-w o rd"))).toBeUndefined();
    expect(refusalOf(world, text("2", "B.a.d-word"))).toContain("SENSITIVE_WORD");
    expect(refusalOf(world, { ...text("3"), content: { text: "badword" } })).toContain("SENSITIVE_WORD");
    const frame = controlFrame("override", 1, { content: "badword" });
    expect(errorOf(tryControl(world, alice, frame))).toBe("SENSITIVE_WORD");
    expect(messageIn(wholeLog(world), 1).content).toBe("ok");
    expect(wholeLog(world)).toHaveLength(2);
  });

  it("S34 are judged once: what was replaced is repeated with its first wording", () => {
    const world = withWords("replace");
    append(world, alice, [text("1", "badword")]);
    expect(append(world, alice, [text("1", "badword")])).toMatchObject([{ seqId: 1, repeated: true }]);
    expect(refusalOf(world, text("1", "*******"))).toContain("PACK_CONFLICT");
  });
});
