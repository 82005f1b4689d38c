import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

/** What a server of Parley posted. */
export interface Posted {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How a post is answered: a status, a status with a body, or not at all until the promise says so. */
export type Reply = number | { readonly status: number; readonly body: unknown };
export type Answering = (posted: Posted, attempt: number) => Reply | Promise<Reply>;

/** A receiver of webhooks that is as reliable as a test wants it to be. */
export class WebhookReceiver {
  readonly url: string;
  /** In the order in which they came, each attempt. */
  readonly posts: Posted[] = [];
  /** Those that were answered with a 2xx, in that order. */
  readonly taken: Posted[] = [];
  /** Signatures that were wrong. */
  readonly forged: unknown[] = [];
  secret: string | undefined;
  answer: Answering = () => 204;
  readonly #server: Server;
  readonly #attempts = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}/`;
    server.on("request", (request, response) => void this.#receive(request, response));
  }

  static async listen(port: number): Promise<WebhookReceiver> {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    return new WebhookReceiver(server, port);
  }

  /** Resolves when `condition` holds; it is looked at after every post and every answer. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }

  /** Dies in the middle of everything: whoever waits for an answer gets none. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const headers = request.headers as Record<string, string>; // SAFETY: none of those that are checked comes twice
    const id = String(headers["webhook-id"]);
    try {
      if (this.secret !== undefined) new Webhook(this.secret).verify(body, headers);
    } catch (error) {
      this.forged.push(error);
    }
    const posted = { id, ...(JSON.parse(body) as Omit<Posted, "id">) }; // SAFETY: what Parley posts
    const attempt = (this.#attempts.get(id) ?? 0) + 1;
    this.#attempts.set(id, attempt);
    this.posts.push(posted);
    this.#changed();
    const reply = await this.answer(posted, attempt);
    const { status, body: answer } = typeof reply === "number" ? { status: reply, body: undefined } : reply;
    if (status < 300) this.taken.push(posted);
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(answer === undefined ? "" : JSON.stringify(answer));
    this.#changed();
  }

  #changed(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/** What a before-send hook answers that minds "bad" and hides "secret". */
export function decided({ data }: Posted): Reply {
  const { messages } = data as { messages: { content: string }[] }; // SAFETY: what the hook is asked
  const decide = ({ content }: { content: string }) => {
    if (content.includes("bad")) return { action: "reject", code: 7, reason: "be kind" };
    return content.includes("secret") ? { action: "replace", content: "***" } : { action: "allow" };
  };
  return { status: 200, body: { decisions: messages.map(decide) } };
}
