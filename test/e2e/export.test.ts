import { expect, it } from "vitest";
import type { EntryLine } from "../../src/routes/exports.ts";
import { bodyOf } from "../support/body-of.ts";
import { onEveryHost } from "../support/hosts.ts";
import { Person, someone } from "../support/person.ts";
import { SERVER_KEYS } from "../support/server-process.ts";

const SENT = 300;

onEveryHost("an export", (url) => {
  it("has the whole session, whatever of it is in the archive by now", async () => {
    const alice = await Person.online({ url, userId: someone("alice") });
    const chat = alice.with(alice);
    await Promise.all([...Array(SENT).keys()].map((n) => alice.client.send(chat, `m${n + 1}`)));
    const linesOf = async (path: string): Promise<EntryLine[]> => {
      const response = await fetch(url + path, { headers: { Authorization: `Bearer ${SERVER_KEYS.main}` } });
      expect(response.status).toBe(200);
      return (await bodyOf(response)) as EntryLine[]; // SAFETY: compared below
    };
    const wanted = [...Array(SENT).keys()].map((n) => `${n + 1} m${n + 1}`);
    const shown = (lines: readonly EntryLine[]) =>
      lines.flatMap(({ type, entry }) =>
        type === "entry" && entry.kind === "message" ? `${entry.seqId} ${entry.content}` : [],
      );
    expect(shown(await linesOf(`/v1/sessions/${chat}/export`))).toEqual(wanted);
    expect(shown(await linesOf(`/v1/users/${alice.userId}/export`))).toEqual(wanted);
    expect(shown(await linesOf(`/v1/sessions/${chat}/export?after=${SENT - 2}`))).toEqual(wanted.slice(-2));
    alice.close();
  });
});
