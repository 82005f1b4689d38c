import type { HotSession, ParleyClient } from "../client/index.ts";
import { element } from "./dom.ts";
import { previewText, titleOf } from "./wording.ts";

/** The list of conversations with unread counts. */
export class SessionList {
  readonly element = element("ul", { className: "sessions" });
  readonly #client: ParleyClient;
  readonly #me: string;
  readonly #open: (sessionId: string) => void;
  #current: string | undefined;
  #isDrawn = true;

  constructor(client: ParleyClient, me: string, open: (sessionId: string) => void) {
    this.#client = client;
    this.#me = me;
    this.#open = open;
    client.on("session", () => this.#drawSoon());
    client.on("status", () => this.#drawSoon());
  }

  select(sessionId: string): void {
    this.#current = sessionId;
    this.#drawSoon();
  }

  /** At most once per frame: a sync changes hundreds of rows. */
  #drawSoon(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame(() => {
      this.#isDrawn = true;
      this.element.replaceChildren(...this.#client.sessions().map((session) => this.#row(session)));
      const unread = this.#client.unreadTotal();
      document.title = unread > 0 ? `(${unread}) Parley` : "Parley";
    });
  }

  #row(session: HotSession): HTMLElement {
    const { sessionId, unread } = session;
    const button = element(
      "button",
      { "aria-current": String(sessionId === this.#current) },
      element("span", { textContent: titleOf(sessionId, this.#me) }),
      element("span", { className: "last", textContent: previewText(session) }),
    );
    if (unread > 0) button.append(element("span", { className: "badge", textContent: String(unread) }));
    button.addEventListener("click", () => this.#open(sessionId));
    return element("li", {}, button);
  }
}
