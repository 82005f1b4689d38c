import { BEARER_PREFIX, SUBPROTOCOL_JSON } from "../../src/protocol/version.ts";
import { tokenFor } from "../../test/support/tokens.ts";

/** Starts every content; between two of them stands the time of sending in µs. */
const MARK = "@";
const CONTENT_START = `"content":"${MARK}`;
const PADDING = ".".repeat(90);
const ACK_START = '{"type":"ack"';
const ENTRY_KIND = '"kind":"message"';
const SEQ_ID = '"seqId":';

export type Text = (text: string) => void;

/** One user's socket. What it receives is looked at as little as counting it needs. */
export class Peer {
  readonly user: string;
  readonly #ws: WebSocket;
  #onText: Text = () => {};
  #packs = 0;

  private constructor(user: string, ws: WebSocket) {
    this.user = user;
    this.#ws = ws;
    ws.onmessage = ({ data }) => this.#onText(String(data));
  }

  /** Connects, synchronises, and is live. */
  static async live(url: string, user: string): Promise<Peer> {
    const address = `${url.replace("http", "ws")}/v1/connect?deviceId=bench&deviceType=linux`;
    const ws = new WebSocket(address, [SUBPROTOCOL_JSON, BEARER_PREFIX + (await tokenFor(user))]);
    await new Promise((resolve, reject) => {
      ws.onopen = resolve;
      ws.onclose = ({ code }) => reject(new Error(`${user} was closed with ${code}`));
    });
    const peer = new Peer(user, ws);
    await peer.request({ type: "sync.sessions", packId: "sync", since: 0 });
    return peer;
  }

  onText(onText: Text): void {
    this.#onText = onText;
  }

  /** Sends one request and returns the text of its answer; nothing else may be on its way. */
  request(frame: object): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#onText = (text) => {
        if (!text.includes(ACK_START)) return;
        if (countAcks(text) === 1) resolve(text);
        else reject(new Error(text));
      };
      this.#ws.send(JSON.stringify(frame));
    });
  }

  /** `count` messages in one frame, stamped as sent at `sentAtMs`. */
  send(sessionId: string, count: number, sentAtMs: number): void {
    const stamp = Math.round(sentAtMs * 1000);
    const tail = `","sessionId":"${sessionId}","contentType":1,"content":"${MARK}${stamp}${MARK}${PADDING}"}`;
    let text = "";
    for (let left = count; left > 0; left--) {
      this.#packs += 1;
      text += `${text === "" ? "" : ","}{"type":"msg.send","packId":"${this.#packs}${tail}`;
    }
    this.#ws.send(count === 1 ? text : `[${text}]`);
  }
}

/** Acks in the text; throws at one that is not a success. */
export function countAcks(text: string): number {
  let count = 0;
  for (let at = text.indexOf(ACK_START); at >= 0; at = text.indexOf(ACK_START, at + 1)) {
    const code = text.indexOf('"code":', at) + 7;
    if (text.charAt(code) !== "0") throw new Error(`refused: ${text.slice(at, at + 200)}`);
    count += 1;
  }
  return count;
}

export function countEntries(text: string): number {
  let count = 0;
  for (let at = text.indexOf(ENTRY_KIND); at >= 0; at = text.indexOf(ENTRY_KIND, at + 1)) count += 1;
  return count;
}

/** The newest seqId in a text that holds entries of one session only. There are no holes, so it counts them. */
export function lastSeqId(text: string): number {
  return Number.parseInt(text.slice(text.lastIndexOf(SEQ_ID) + SEQ_ID.length, text.length), 10);
}

/** Calls back with the time of sending, in ms, of every message in the text. */
export function eachStamp(text: string, found: (sentAtMs: number) => void): void {
  for (let at = text.indexOf(CONTENT_START); at >= 0; at = text.indexOf(CONTENT_START, at + 1)) {
    const start = at + CONTENT_START.length;
    found(Number(text.slice(start, text.indexOf(MARK, start))) / 1000);
  }
}
