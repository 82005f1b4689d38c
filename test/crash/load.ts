import { expect } from "vitest";
import type { Entry, MsgSendResult } from "../../src/client/index.ts";
import { Person, someone, upTo } from "../support/person.ts";

const MEMBERS = 5;
const PAUSE_MS = 3;
/** Messages of one person that wait for their ack. The SDK takes no more than 1 024, and a restart may take long. */
const MAX_WAITING = 500;

/** One message of the load: what was sent, and what the server promised. */
interface Sent {
  readonly sessionId: string;
  readonly content: string;
  readonly result: Promise<MsgSendResult>;
}

/** People who talk as fast as they may, in a group and in single chats, whatever happens to the server. */
export class Load {
  readonly people: readonly Person[];
  readonly groupId: string;
  readonly #sent: Sent[] = [];
  #isTalking = true;
  readonly #talking: Promise<unknown>;

  private constructor(people: readonly Person[], groupId: string) {
    this.people = people;
    this.groupId = groupId;
    this.#talking = Promise.all(people.map((person, index) => this.#talk(person, index)));
  }

  static async start(url: string): Promise<Load> {
    const people = await Promise.all(upTo(MEMBERS).map((n) => Person.online({ url, userId: someone(`p${n}`) })));
    const [owner, ...others] = people as [Person, ...Person[]]; // SAFETY: MEMBERS is not 0
    const { groupId } = await owner.client.groups.create(
      { name: "load" },
      others.map(({ userId }) => userId),
    );
    return new Load(people, groupId);
  }

  /** Stops talking and waits until everything that was said is acked. */
  async finish(): Promise<void> {
    this.#isTalking = false;
    await this.#talking;
    await Promise.all(this.#sent.map(({ result }) => result));
  }

  get sessionIds(): string[] {
    return [...new Set(this.#sent.map(({ sessionId }) => sessionId))];
  }

  /** What must hold of the log of every session, of what everybody saw of it, and of what is unread. */
  async check(url: string): Promise<number> {
    let count = 0;
    for (const sessionId of this.sessionIds) {
      const members = this.people.filter(({ userId }) => sessionId === this.groupId || sessionId.includes(userId));
      count += await this.#checkSession(sessionId, members, url);
    }
    for (const person of this.people) person.close();
    return count;
  }

  async #checkSession(sessionId: string, members: readonly Person[], url: string): Promise<number> {
    const [reader] = members as [Person, ...Person[]]; // SAFETY: a session has members
    const log = await wholeLog(reader, sessionId);
    expect(log.map(({ seqId }) => seqId)).toEqual(upTo(log.length));
    const sent = this.#sent.filter((one) => one.sessionId === sessionId);
    const bySeqId = new Map(log.map((entry) => [entry.seqId, entry]));
    for (const { content, result } of sent) {
      expect(bySeqId.get((await result).seqId)).toMatchObject({ content });
    }
    const messages = log.filter(({ kind }) => kind === "message");
    expect(messages).toHaveLength(sent.length);
    expectSendingOrder(messages, sent);
    for (const person of members) await checkMember(person, sessionId, log, url);
    return log.length;
  }

  async #talk(person: Person, index: number): Promise<void> {
    const friend = this.people[(index + 1) % this.people.length] ?? person;
    const results: Promise<MsgSendResult>[] = [];
    for (let n = 1; this.#isTalking; n += 1) {
      const sessionId = n % 3 === 0 ? person.with(friend) : this.groupId;
      const content = `${person.userId} ${n}`;
      const result = person.client.send(sessionId, content);
      this.#sent.push({ sessionId, content, result });
      await results[results.push(result) - MAX_WAITING];
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Of each sender, in the order of sending. */
function expectSendingOrder(messages: readonly Entry[], sent: readonly Sent[]): void {
  const contents = messages.map((entry) => (entry.kind === "message" ? String(entry.content) : ""));
  const sendersOf = (texts: readonly string[]) => Map.groupBy(texts, (text) => text.split(" ")[0]);
  expect(sendersOf(contents)).toEqual(sendersOf(sent.map(({ content }) => content)));
}

async function checkMember(person: Person, sessionId: string, log: readonly Entry[], url: string): Promise<void> {
  await person.untilSeen(sessionId, log.length);
  expect(person.seen(sessionId)).toEqual(log);
  const lastOwn = log.findLast(({ kind, from }) => kind === "message" && from === person.userId)?.seqId ?? 0;
  const expected = log.filter(({ kind, seqId }) => kind === "message" && seqId > lastOwn).length;
  expect(person.unread(sessionId)).toBe(expected);
  const fresh = await Person.online({ url, userId: person.userId, deviceType: "ios" });
  expect(fresh.unread(sessionId)).toBe(expected);
  fresh.close();
}

async function wholeLog(reader: Person, sessionId: string): Promise<Entry[]> {
  const log: Entry[] = [];
  for (;;) {
    const { entries, more } = await reader.client.history(sessionId, { after: log.length, limit: 200 });
    log.push(...entries);
    if (!more) return log;
  }
}
