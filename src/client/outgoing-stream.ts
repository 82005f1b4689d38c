import type { Content } from "../protocol/content-type.ts";
import { ParleyError } from "../protocol/errors.ts";
import type { MsgSendResult } from "../protocol/frames/message.ts";
import type { UpType } from "../protocol/up.ts";
import type { Request, Requests } from "./requests.ts";

/** Most of the text that travels in one chunk, in UTF-16 units. */
const MAX_CHUNK_CHARS = 8_192;
/** Chunks in a row that the server finds misplaced although they follow what it has. */
const MAX_MISPLACED = 5;

export type StreamOptions = Partial<Omit<Request<"stream.open">, "type" | "sessionId">> & { readonly packId?: string };

/**
 * A message whose text grows while it is written. One chunk is on its way at a time; what is written meanwhile is the next.
 * It goes on after any disconnection, from the length that the server has.
 */
export class OutgoingStream {
  /** Its place in the log. Rejects when it was refused; then `close` does, too. */
  readonly opened: Promise<MsgSendResult>;
  readonly #requests: Requests;
  readonly #sessionId: string;
  #text: string;
  /** So much of it the server has. */
  #stored: number;
  #isClosing = false;
  /** Other content comes with the close: the rest of the text is needless. */
  #isReplaced = false;
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;
  #failure: unknown;

  constructor(requests: Requests, sessionId: string, { content = "", contentType = 1, ...rest }: StreamOptions) {
    this.#requests = requests;
    this.#sessionId = sessionId;
    this.#text = content;
    this.#stored = content.length;
    const packId = rest.packId ?? requests.newPackId();
    this.opened = this.#insist({ type: "stream.open", sessionId, content, contentType, ...rest, packId });
    this.opened.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  /** What was written so far. */
  get text(): string {
    return this.#text;
  }

  /** Adds to the text. Throws why it cannot any more: it was closed, refused, or recalled. */
  write(text: string): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isClosing) throw new ParleyError("TOO_LATE", "the stream was closed");
    this.#text += text;
    if (this.#isSending || this.#next() === "") return;
    this.#isSending = true;
    this.#sending = this.#sendAll();
  }

  /**
   * Complete: with the text so far, or with this content instead. Resolves when that is durable. After a failure it ends the
   * message with what the server has, and rejects with the failure.
   */
  async close(content?: Content): Promise<MsgSendResult> {
    if (this.#isClosing) throw new ParleyError("TOO_LATE", "the stream was closed");
    this.#isClosing = true;
    this.#isReplaced = content !== undefined;
    const { seqId } = await this.opened;
    // What was held back for its second half goes as it is.
    if (!this.#isSending && this.#failure === undefined) this.#sending = this.#sendAll();
    await this.#sending;
    const last = content === undefined ? {} : { content };
    const packId = this.#requests.newPackId();
    const closed = this.#insist({ type: "stream.close", sessionId: this.#sessionId, seqId, ...last, packId });
    if (this.#failure === undefined) return closed;
    await closed.catch(() => {});
    throw this.#failure;
  }

  async #sendAll(): Promise<void> {
    try {
      const { seqId } = await this.opened;
      for (let part = this.#next(); part !== ""; part = this.#next()) await this.#sendChunk(seqId, part);
    } catch (error) {
      this.#failure ??= error;
    }
    this.#isSending = false;
  }

  /** What is to be sent next: a chunk does not end within a pair of surrogates, unless nothing follows. */
  #next(): string {
    if (this.#isReplaced) return "";
    const part = this.#text.slice(this.#stored, this.#stored + MAX_CHUNK_CHARS);
    const isCut = !this.#isClosing || this.#stored + part.length < this.#text.length;
    return isCut && /[\uD800-\uDBFF]$/.test(part) ? part.slice(0, -1) : part;
  }

  async #sendChunk(seqId: number, text: string): Promise<void> {
    for (let misplaced = 0; ; misplaced += 1) {
      const offset = this.#stored;
      const [sessionId, packId] = [this.#sessionId, this.#requests.newPackId()];
      try {
        const { length } = await this.#insist({ type: "stream.chunk", sessionId, seqId, offset, text, packId });
        this.#stored = length;
        return;
      } catch (error) {
        if (!(error instanceof ParleyError) || error.errorName !== "WRONG_OFFSET" || misplaced >= MAX_MISPLACED)
          throw error;
        this.#stored = await this.#storedLength(seqId);
        // An answer was lost, and the chunk was not: go on behind it.
        if (this.#stored !== offset) return;
      }
    }
  }

  /** What the server has, which must be the beginning of what was written. */
  async #storedLength(seqId: number): Promise<number> {
    const sessionId = this.#sessionId;
    const { entries } = await this.#insist({ type: "history.pull", sessionId, after: seqId - 1, limit: 1 });
    const [message] = entries;
    if (message?.kind !== "message" || message.seqId !== seqId) throw new ParleyError("NO_SUCH_MESSAGE");
    if (message.gone !== undefined) throw new ParleyError("MESSAGE_GONE");
    const { content, streaming } = message;
    if (streaming !== true) throw new ParleyError("TOO_LATE", "the stream was ended");
    if (typeof content !== "string" || !this.#text.startsWith(content)) throw new ParleyError("WRONG_OFFSET");
    return content.length;
  }

  /** Until there is an answer that is not "later", under the same packId. */
  async #insist<T extends UpType>(request: Request<T>) {
    for (;;) {
      try {
        return await this.#requests.ask(request);
      } catch (error) {
        if (!(error instanceof ParleyError) || !error.retry || error.errorName === "CLOSED") throw error;
      }
    }
  }
}
