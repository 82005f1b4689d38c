import { expect, it } from "vitest";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";

onEveryHost("search", (url) => {
  it("finds what was said, and nothing that was taken back since", async () => {
    const [alice, bob, carol] = await Promise.all(
      ["alice", "bob", "carol"].map((name) => Person.online({ url, userId: someone(name) })),
    );
    if (alice === undefined || bob === undefined || carol === undefined) throw new Error("not three people");
    const chat = alice.with(bob);
    for (const content of ["A pot of tea", "Teatime at five", "お茶を飲みます"]) await alice.client.send(chat, content);
    const found = async (person: Person, text: string) =>
      (await person.client.search({ text, sessionId: chat })).hits.map(({ entry }) => entry.content);
    // The archive follows the session in its own time.
    while ((await found(bob, "お茶を")).length === 0);
    expect(await found(bob, "TEA")).toEqual(["Teatime at five", "A pot of tea"]);
    expect(await found(carol, "tea")).toEqual([]);
    await alice.client.messages.recall(chat, 2);
    await bob.client.messages.hide(chat, [3]);
    expect([await found(bob, "tea"), await found(bob, "お茶を")]).toEqual([["A pot of tea"], []]);
    await alice.client.messages.edit(chat, 1, { content: "A pot of coffee" });
    expect(await found(bob, "tea")).toEqual([]);
    for (const person of [alice, bob, carol]) person.close();
  });
});
