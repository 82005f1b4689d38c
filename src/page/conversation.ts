import {
  amended,
  type ControlEntry,
  type Entry,
  isAbout,
  type MessageEntry,
  type ParleyClient,
} from "../client/index.ts";
import { bubbleOf, setTick } from "./bubble.ts";
import { Composer, type Purpose } from "./composer.ts";
import { element } from "./dom.ts";
import { menuOf } from "./menu.ts";
import { Peer } from "./peer.ts";
import { Pending } from "./pending.ts";
import { TypingLine } from "./typing-line.ts";
import { entryText, reasonOf } from "./wording.ts";

const NEAR_EDGE_PX = 60;

export interface ConversationOptions {
  readonly client: ParleyClient;
  readonly sessionId: string;
  readonly me: string;
  readonly title: string;
  /** On a narrow screen: the way to the list. */
  back(): void;
}

/** One open conversation: its log as it is now, older pages when scrolled up, and the line to write in. */
export class Conversation {
  readonly element: HTMLElement;
  readonly #client: ParleyClient;
  readonly #sessionId: string;
  readonly #me: string;
  readonly #isGroup: boolean;
  readonly #entries = element("div", { className: "entries", "aria-live": "polite" });
  readonly #title = element("span", { className: "title" });
  readonly #typing: TypingLine;
  readonly #composer: Composer;
  readonly #pending: Pending;
  /** What is shown, by seqId. */
  readonly #shown = new Map<number, { readonly entry: Entry; readonly view: HTMLElement }>();
  readonly #off: (() => void)[];
  readonly #peer = new Peer();
  /** What comes before the first page is there: it may be far from its end. */
  #early: Entry[] | undefined = [];
  #firstSeqId = Number.POSITIVE_INFINITY;
  #lastSeqId = 0;
  #isLoading = false;

  constructor({ client, sessionId, me, title, back }: ConversationOptions) {
    this.#client = client;
    this.#sessionId = sessionId;
    this.#me = me;
    this.#isGroup = !sessionId.startsWith("SC_");
    this.#composer = new Composer({
      typed: () => client.typing(sessionId),
      submit: (text, purpose) => this.#submit(text, purpose),
    });
    this.#pending = new Pending(this.#entries);
    this.#typing = new TypingLine(this.#isGroup);
    this.setTitle(title);
    const toList = element("button", { className: "back", textContent: "‹", "aria-label": "Conversations" });
    toList.addEventListener("click", back);
    const header = element("header", {}, toList, this.#title, this.#typing.element);
    this.element = element("main", { className: "chat" }, header, this.#entries, this.#composer.element);
    this.#entries.addEventListener("scroll", () => this.#scrolled());
    this.#off = this.#listen();
    void this.#load();
    if (!this.#isGroup) void this.#peer.fetch(client, sessionId, me).then(() => this.#tickAll());
    queueMicrotask(() => this.#composer.focus());
  }

  setTitle(title: string): void {
    this.#title.textContent = title;
  }

  close(): void {
    for (const off of this.#off) off();
    this.#client.stopTyping(this.#sessionId);
  }

  #listen(): (() => void)[] {
    const client = this.#client;
    const isHere = ({ sessionId }: { readonly sessionId: string }) => sessionId === this.#sessionId;
    const onVisible = () => this.#read();
    document.addEventListener("visibilitychange", onVisible);
    return [
      client.on("entry", (event) => isHere(event) && this.#came(event.entry)),
      client.on("message", (event) => isHere(event) && this.#redraw(event.entry)),
      client.on("receipt", (event) => {
        if (isHere(event)) this.#peer.moved(event);
        this.#tickAll();
      }),
      client.on("typing", (event) => isHere(event) && this.#typing.heard(event)),
      () => document.removeEventListener("visibilitychange", onVisible),
    ];
  }

  /** The newest page at first, then pages before the oldest shown, until there is something to scroll. */
  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      for (let more = true; more; ) more = (await this.#loadPage()) && this.#hasAbove();
    } catch (error) {
      this.#failed(error);
    }
    this.#isLoading = false;
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#append(early);
  }

  /** There is more, and it would be seen. */
  #hasAbove(): boolean {
    return this.#firstSeqId > 1 && this.#entries.scrollTop < NEAR_EDGE_PX;
  }

  #came(entry: Entry): void {
    if (this.#early === undefined) this.#append([entry]);
    else this.#early.push(entry);
  }

  /** Whether there was something. */
  async #loadPage(): Promise<boolean> {
    const before = this.#lastSeqId === 0 ? undefined : this.#firstSeqId;
    const { entries } = await this.#client.entriesBefore(this.#sessionId, { before });
    if (before === undefined) this.#append(entries);
    else this.#prepend(entries);
    return entries.length > 0;
  }

  #append(entries: readonly Entry[]): void {
    const fresh = entries.filter(({ seqId }) => seqId > this.#lastSeqId);
    const [first] = fresh;
    if (first === undefined) return;
    const follows = this.#isAtEnd();
    this.#firstSeqId = Math.min(this.#firstSeqId, first.seqId);
    this.#lastSeqId = fresh.at(-1)?.seqId ?? this.#lastSeqId;
    for (const { packId } of fresh) this.#pending.done(packId);
    for (const entry of fresh) this.#entries.insertBefore(this.#show(entry), this.#pending.first);
    for (const entry of fresh) if (entry.kind === "control") this.#amend(entry);
    if (follows) this.#scrollToEnd();
    this.#read();
  }

  #prepend(entries: readonly Entry[]): void {
    this.#firstSeqId = entries[0]?.seqId ?? this.#firstSeqId;
    const fromEnd = this.#entries.scrollHeight - this.#entries.scrollTop;
    this.#entries.prepend(...entries.map((entry) => this.#show(entry)));
    this.#entries.scrollTop = this.#entries.scrollHeight - fromEnd;
  }

  #show(entry: Entry): HTMLElement {
    const view = this.#view(entry);
    this.#shown.set(entry.seqId, { entry, view });
    return view;
  }

  #redraw(entry: MessageEntry): void {
    const old = this.#shown.get(entry.seqId);
    if (old === undefined) return;
    const follows = this.#isAtEnd();
    old.view.replaceWith(this.#show(entry));
    if (follows) this.#scrollToEnd();
  }

  /** A message that is shown but not kept hears of its changes in no other way. */
  #amend(entry: ControlEntry): void {
    for (const { entry: shown } of [...this.#shown.values()]) {
      if (shown.kind === "message" && isAbout(entry.control, shown)) this.#redraw(amended(shown, entry));
    }
  }

  /** What was done to a message shows in the message. */
  #view(entry: Entry): HTMLElement {
    if (entry.kind === "notice") return element("p", { className: "note", textContent: entryText(entry) });
    if (entry.kind === "control") {
      const isNews = ["pin", "unpin", "purge"].includes(entry.control.op);
      const note = { className: "note", textContent: entryText(entry) };
      return isNews ? element("p", note) : element("span", { className: "silent" });
    }
    const isMine = entry.from === this.#me;
    const { replyTo } = entry;
    const ports = { client: this.#client, sessionId: this.#sessionId, composer: this.#composer, failed: this.#failed };
    return bubbleOf(entry, {
      isMine,
      isGroup: this.#isGroup,
      quoted: replyTo === undefined ? undefined : this.#quote(replyTo.seqId),
      tick: isMine && !this.#isGroup && entry.gone === undefined ? this.#peer.tickOf(entry.seqId) : undefined,
      menu: () => menuOf(entry, isMine, ports),
      react: (reaction) => void this.#client.messages.react(this.#sessionId, entry.seqId, reaction).catch(this.#failed),
    });
  }

  #quote(seqId: number): string {
    const entry = this.#shown.get(seqId)?.entry;
    return entry === undefined ? `message ${seqId}` : entryText(entry);
  }

  #submit(text: string, purpose: Purpose): void {
    const { messages } = this.#client;
    if (purpose.kind === "edit") {
      messages.edit(this.#sessionId, purpose.seqId, { content: text }).catch(this.#failed);
      return;
    }
    const packId = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const bubble = this.#pending.add(packId, text);
    this.#scrollToEnd();
    const reply = purpose.kind === "reply" ? { replyTo: { seqId: purpose.seqId } } : {};
    this.#client.send(this.#sessionId, text, { packId, ...reply }).catch((error: unknown) => {
      this.#pending.done(packId);
      bubble.className = "bubble mine failed";
      bubble.append(element("small", { textContent: reasonOf(error) }));
      this.#entries.append(bubble);
    });
  }

  #tickAll(): void {
    for (const [seqId, { view }] of this.#shown) setTick(view, this.#peer.tickOf(seqId));
  }

  readonly #failed = (error: unknown): void => {
    this.#entries.append(element("p", { className: "note bad", textContent: reasonOf(error) }));
    this.#scrollToEnd();
  };

  #scrolled(): void {
    if (this.#hasAbove()) void this.#load();
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
