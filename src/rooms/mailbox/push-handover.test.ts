import { beforeEach, describe, expect, it } from "vitest";
import { append, SimGroup, text } from "../../../test/sim/asks.ts";
import { control, controlFrame } from "../../../test/sim/controls.ts";
import { mailboxOf, online, read } from "../../../test/sim/mailboxes.ts";
import { alice, bob, carol, chat } from "../../../test/sim/names.ts";
import { PHONE, PushStage } from "../../../test/sim/pushes.ts";
import type { MsgSendResult } from "../../protocol/frames/message.ts";
import type { AppendItem } from "../../protocol/rpc/session-call.ts";

const DAY_MS = 86_400_000;

let stage: PushStage;
beforeEach(() => {
  stage = new PushStage();
});

function say(...items: AppendItem[]): MsgSendResult[] {
  const sent = append(stage.world, alice, items);
  stage.world.drain();
  return sent;
}

function pushed(...items: AppendItem[]): string {
  say(...items);
  return stage.job();
}

function recall(seqId: number): void {
  control(stage.world, alice, controlFrame("recall", seqId));
  stage.world.drain();
}

function bobReads(seqId: number): void {
  const laptop = online(stage.world, bob);
  read(stage.world, laptop, seqId);
  stage.world.drain();
  stage.world.disconnect(laptop);
}

describe("what a push says", () => {
  it("M171 the newest unread message, who sent it, and the exact total of what is unread", () => {
    const pushId = pushed(text("one"), text("two"));
    expect(stage.take(pushId)).toEqual({
      kind: "send",
      parts: [
        {
          message: {
            ...{ id: pushId, title: "alice", body: "two", badge: 2, sessionId: chat, seqId: 2, data: {} },
            ...{ collapseId: chat, ttlSeconds: 259_200, priority: "high", sound: "default" },
          },
          targets: [
            {
              ...{ tokenId: stage.tokensOf(bob)[0], provider: "fcm", packageName: "org.example.chat", sandbox: false },
              ...{ address: { kind: "token", token: "phone-of-bob" }, registeredAtMs: stage.world.nowMs },
            },
          ],
        },
      ],
      expiresAtMs: stage.world.nowMs + 3 * DAY_MS,
    });
  });

  it("M171 the sender by remark or profile, the group by its name, and what the sender says comes first", () => {
    const title = (item: AppendItem) => stage.message(pushed(item)).title;
    expect(title(text("a"))).toBe("alice");
    stage.ask({ type: "user.update", profile: { name: "Alice A." } }, alice);
    expect(title(text("b"))).toBe("alice");
    stage.world.nowMs += DAY_MS;
    expect(title(text("c"))).toBe("Alice A.");
    stage.ask({ type: "friend.remark", userId: alice, remark: "Ally" });
    expect(title(text("d"))).toBe("Ally");
    const push = { title: "T", body: "B", uri: "app://x", data: { k: "v" } };
    expect(stage.message(pushed({ ...text("e"), push }))).toMatchObject(push);
    const group = SimGroup.create(stage.world, alice, [bob, carol]);
    stage.world.drain();
    append(stage.world, alice, [{ ...text("f"), mentions: { users: [bob] } }], group.room);
    stage.world.drain();
    const message = stage.message(stage.job());
    expect(message).toMatchObject({ title: "g", body: "[You were mentioned] Ally: f", sessionId: group.sessionId });
  });

  it("M172 what is no text in the words of the device, the user, or English", () => {
    const image = { ...text("a"), contentType: 2, content: { url: "https://example.org/a.png" } };
    stage.register({ ...PHONE, token: "de", locale: "de-AT" }, bob, "de");
    stage.register({ ...PHONE, token: "tw", locale: "zh-Hant-TW" }, bob, "tw");
    const bodies = (pushId: string) => {
      const taken = stage.take(pushId);
      return taken.kind === "send" ? taken.parts.map(({ message }) => message.body) : [];
    };
    const first = pushed(image);
    expect(bodies(first)).toEqual(["[圖片]", "[Bild]", "[Image]"]);
    stage.set({ locale: "ja" });
    expect(bodies(first)).toEqual(["[圖片]", "[Bild]", "[画像]"]);
    stage.settle(first);
    const file = { ...text("b"), contentType: 5, content: { url: "https://example.org/b", name: "b.pdf" } };
    const second = pushed(file);
    expect(bodies(second)[1]).toBe("[Datei] b.pdf");
    stage.settle(second);
    expect(bodies(pushed({ ...text("c"), contentType: 1_000, content: { secret: 1 } }))[1]).toBe("[Nachricht]");
  });

  it("M173 nothing of sender and content when the user hides it", () => {
    stage.set({ hideContent: true });
    const push = { title: "T", body: "B", uri: "app://x", data: { k: "v" } };
    const message = stage.message(pushed({ ...text("secret"), push }));
    expect(message).toMatchObject({ title: "New message", body: "You have a new message", data: {}, sessionId: chat });
    expect(message).not.toHaveProperty("uri");
    expect(JSON.stringify({ ...message, sessionId: "", collapseId: "" })).not.toMatch(/secret|alice/);
  });

  it("M174 nothing that was read, is being looked at, or has expired meanwhile", () => {
    const nothing = { kind: "nothing" };
    const first = pushed(text("a"), text("b"));
    bobReads(1);
    expect(stage.message(first)).toMatchObject({ body: "b", badge: 1 });
    bobReads(2);
    expect(stage.take(first)).toEqual(nothing);
    const second = pushed(text("c"));
    const laptop = online(stage.world, bob);
    expect(stage.take(second)).toEqual(nothing);
    stage.world.disconnect(laptop);
    expect(stage.take(second)).toEqual(nothing);
    const third = pushed({ ...text("d"), ttlMs: 5_000 });
    stage.world.nowMs += 5_000;
    expect(stage.take(third)).toEqual(nothing);
    expect(stage.log().records.map(({ event, reason, seqId }) => [event, reason, seqId])).toEqual([
      ["skipped", "read", 4],
      ["skipped", "seen", 3],
      ["skipped", "read", 2],
    ]);
  });

  it("M175 nothing that was recalled before, and edits as they are", () => {
    const first = pushed(text("a"), text("b"));
    recall(2);
    expect(stage.message(first)).toMatchObject({ body: "a", seqId: 1, badge: 1 });
    stage.settle(first);
    const [sent] = say(text("c"));
    const second = stage.job();
    const seqId = sent?.seqId ?? 0;
    control(stage.world, alice, controlFrame("override", seqId, { contentType: 1, content: "edited" }));
    stage.world.drain();
    expect(stage.message(second)).toMatchObject({ body: "edited" });
    stage.settle(second);
    expect(stage.jobs()).toEqual([]);
    bobReads(seqId);
    expect(stage.targets(stage.job())).toHaveLength(1);
    const [third] = say(text("d"));
    const job = stage.job();
    recall(third?.seqId ?? 0);
    expect(stage.take(job)).toMatchObject({ kind: "withdraw" });
  });

  it("M175 nothing at all, when it was all recalled and no device shows anything", () => {
    const pushId = pushed(text("a"));
    recall(1);
    expect([stage.take(pushId), stage.jobs(), stage.rows("pushes")]).toEqual([{ kind: "nothing" }, [], 0]);
  });

  it("M176 what came before takes the place of what was recalled later, or it is withdrawn", () => {
    const first = pushed(text("a"), text("b"));
    stage.settle(first);
    recall(2);
    const second = stage.job();
    expect(stage.message(second)).toMatchObject({ body: "a", badge: 1, collapseId: chat });
    stage.settle(second);
    recall(1);
    const third = stage.job();
    const [tokenId] = stage.targets(third);
    expect(stage.take(third)).toMatchObject({
      kind: "withdraw",
      withdrawal: { collapseId: chat, sessionId: chat, seqId: 1, badge: 0, targets: [{ providerMessageId: "m-1" }] },
    });
    expect(stage.settleEach(third, { [tokenId ?? ""]: { kind: "retry", reason: "503" } })).toEqual({ left: 1 });
    expect(stage.settle(third, { kind: "sent" })).toEqual({ left: 0 });
    expect([stage.take(third), stage.rows("pushes")]).toEqual([{ kind: "nothing" }, 0]);
    expect(stage.events().slice(0, 2)).toEqual(["withdrawn", "retry"]);
  });

  it("M176 the same, when it is recalled while it is being sent", () => {
    const pushId = pushed(text("a"));
    const [tokenId = ""] = stage.targets(pushId);
    recall(1);
    expect(stage.jobs()).toEqual([]);
    stage.settleEach(pushId, { [tokenId]: { kind: "sent" } });
    stage.world.drain();
    expect(stage.job()).toBe(pushId);
    expect(stage.take(pushId)).toMatchObject({ kind: "withdraw", withdrawal: { seqId: 1 } });
  });

  it("M177 nothing of it can be read when it is gone, or when no device is left", () => {
    const stored = () => {
      const sql = stage.world.storage.forRoom(mailboxOf(bob));
      return JSON.stringify(sql.prepare("SELECT push FROM pushes WHERE room = ?").all(sql.room));
    };
    const pushId = pushed(text("secret-1"), text("secret-2"));
    stage.settle(pushId);
    expect(stored()).toContain("secret-2");
    recall(2);
    recall(1);
    expect(stored()).not.toContain("secret");
    say(text("secret-3"));
    stage.ask({ type: "device.pushOff" });
    expect(stage.rows("pushes")).toBe(0);
  });

  it("M178 devices that were not reached come again, dead tokens go, and a repeated answer changes nothing", () => {
    const [phone = ""] = stage.tokensOf(bob);
    const { tokenId: tablet } = stage.register({ ...PHONE, token: "tablet" }, bob, "tablet");
    const { tokenId: old } = stage.register({ ...PHONE, token: "old" }, bob, "old");
    const { tokenId: renewed } = stage.register({ ...PHONE, token: "renewed" }, bob, "renewed");
    const pushId = pushed(text("a"));
    const dead = { kind: "dropToken", reason: "gone" } as const;
    const since = stage.world.nowMs - 1;
    expect(stage.targets(pushId)).toHaveLength(4);
    const outcomes = { [phone]: { kind: "sent" }, [tablet]: { kind: "retry", reason: "503" }, [old]: dead } as const;
    stage.settleEach(pushId, { ...outcomes, [renewed]: { ...dead, invalidSinceMs: since } });
    expect(stage.targets(pushId)).toEqual([tablet]);
    expect(stage.tokensOf(bob)).toEqual([renewed, tablet, phone]);
    expect(stage.settleEach(pushId, { [tablet]: { kind: "giveUp", reason: "413" } })).toEqual({ left: 0 });
    expect(stage.settleEach(pushId, { [phone]: { kind: "sent" } })).toEqual({ left: 0 });
    expect(stage.take(pushId)).toEqual({ kind: "nothing" });
  });

  it("M178 an answer that comes after a newer push of the session leaves that as it is", () => {
    const first = pushed(text("a"));
    const [tokenId = ""] = stage.targets(first);
    const second = pushed(text("b"));
    expect(stage.settleEach(first, { [tokenId]: { kind: "sent" } })).toEqual({ left: 0 });
    expect(stage.message(second)).toMatchObject({ body: "b" });
  });

  it("M179 a push that nobody takes is over after three days", () => {
    const pushId = pushed(text("a"));
    stage.world.nowMs += 3 * DAY_MS;
    expect(stage.take(pushId)).toEqual({ kind: "nothing" });
    stage.world.ring(mailboxOf(bob));
    expect(stage.rows("pushes")).toBe(0);
  });
});
