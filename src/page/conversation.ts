import { type Entry, type ParleyClient, ParleyError } from "../client/index.ts";
import { element, lineForm } from "./dom.ts";
import { entryText, timeText, titleOf } from "./wording.ts";

const NEAR_EDGE_PX = 60;

interface Pending {
  readonly packId: string;
  readonly bubble: HTMLElement;
}

/** One open conversation: its log, older pages when scrolled up, and the line to write in. */
export class Conversation {
  readonly element: HTMLElement;
  readonly #client: ParleyClient;
  readonly #sessionId: string;
  readonly #me: string;
  readonly #entries = element("div", { className: "entries", "aria-live": "polite" });
  readonly #pending: Pending[] = [];
  readonly #off: (() => void)[];
  #firstSeqId = Number.POSITIVE_INFINITY;
  #lastSeqId = 0;
  #isLoading = false;

  constructor(client: ParleyClient, sessionId: string, me: string) {
    this.#client = client;
    this.#sessionId = sessionId;
    this.#me = me;
    const options = { className: "compose", label: "Write a message", button: "Send", clears: true };
    const { form, input } = lineForm(options, (text) => this.#send(text));
    const title = titleOf(sessionId, me);
    this.element = element(
      "main",
      { className: "chat" },
      element("header", { textContent: title }),
      this.#entries,
      form,
    );
    this.#entries.addEventListener("scroll", () => this.#scrolled());
    const onVisible = () => this.#read();
    document.addEventListener("visibilitychange", onVisible);
    this.#off = [
      client.on("entry", (event) => {
        if (event.sessionId === sessionId) this.#append([event.entry]);
      }),
      () => document.removeEventListener("visibilitychange", onVisible),
    ];
    void this.#load();
    queueMicrotask(() => input.focus());
  }

  close(): void {
    for (const off of this.#off) off();
  }

  /** The newest page at first, then the page before the oldest shown. */
  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const isFirst = this.#lastSeqId === 0;
    try {
      const range = isFirst ? {} : { before: this.#firstSeqId };
      const { entries } = await this.#client.history(this.#sessionId, range);
      if (isFirst) this.#append(entries);
      else this.#prepend(entries);
    } catch (error) {
      this.#entries.append(element("p", { className: "note", textContent: reasonOf(error) }));
    }
    this.#isLoading = false;
  }

  #append(entries: readonly Entry[]): void {
    const fresh = entries.filter(({ seqId }) => seqId > this.#lastSeqId);
    const [first] = fresh;
    if (first === undefined) return;
    const follows = this.#isAtEnd();
    this.#firstSeqId = Math.min(this.#firstSeqId, first.seqId);
    this.#lastSeqId = fresh.at(-1)?.seqId ?? this.#lastSeqId;
    for (const entry of fresh) {
      const [done] = this.#pending.splice(this.#indexOfPending(entry.packId), 1);
      done?.bubble.remove();
    }
    const oldestPending = this.#pending[0]?.bubble ?? null;
    for (const entry of fresh) this.#entries.insertBefore(this.#view(entry), oldestPending);
    if (follows) this.#scrollToEnd();
    this.#read();
  }

  #prepend(entries: readonly Entry[]): void {
    this.#firstSeqId = entries[0]?.seqId ?? this.#firstSeqId;
    const fromEnd = this.#entries.scrollHeight - this.#entries.scrollTop;
    this.#entries.prepend(...entries.map((entry) => this.#view(entry)));
    this.#entries.scrollTop = this.#entries.scrollHeight - fromEnd;
  }

  #send(text: string): void {
    const packId = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const bubble = element("div", { className: "bubble mine pending", textContent: text });
    this.#pending.push({ packId, bubble });
    this.#entries.append(bubble);
    this.#scrollToEnd();
    this.#client.send(this.#sessionId, text, { packId }).catch((error: unknown) => {
      this.#pending.splice(this.#indexOfPending(packId), 1);
      bubble.className = "bubble mine failed";
      bubble.append(element("small", { textContent: reasonOf(error) }));
    });
  }

  /** Past the end when there is none, so that `splice` takes nothing. */
  #indexOfPending(packId: string): number {
    const index = this.#pending.findIndex((pending) => pending.packId === packId);
    return index < 0 ? this.#pending.length : index;
  }

  #view(entry: Entry): HTMLElement {
    if (entry.kind !== "message") return element("p", { className: "note", textContent: entryText(entry) });
    const isMine = entry.from === this.#me;
    const head = isMine ? timeText(entry) : `${entry.from} · ${timeText(entry)}`;
    const bubble = element(
      "div",
      { className: isMine ? "bubble mine" : "bubble" },
      element("small", { textContent: head }),
    );
    bubble.append(entryText(entry));
    return bubble;
  }

  #scrolled(): void {
    if (this.#entries.scrollTop < NEAR_EDGE_PX && this.#firstSeqId > 1) void this.#load();
    this.#read();
  }

  /** What is at the end of a visible page is read. */
  #read(): void {
    const unread = this.#client.session(this.#sessionId)?.unread ?? 0;
    if (unread === 0 || document.visibilityState !== "visible" || !this.#isAtEnd()) return;
    // Nothing is lost when it fails: the next entry or scroll tries again.
    this.#client.read(this.#sessionId, this.#lastSeqId).catch(() => {});
  }

  #isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#entries;
    return scrollHeight - scrollTop - clientHeight < NEAR_EDGE_PX;
  }

  #scrollToEnd(): void {
    this.#entries.scrollTop = this.#entries.scrollHeight;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof ParleyError ? error.message : String(error);
}
