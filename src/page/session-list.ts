import type { HotSession, ParleyClient } from "../client/index.ts";
import { element } from "./dom.ts";
import type { Titles } from "./titles.ts";
import { listTimeText, previewText } from "./wording.ts";

interface ListPorts {
  readonly client: ParleyClient;
  readonly titles: Titles;
  open(sessionId: string): void;
}

/** The list of conversations: pinned ones first, with unread counts and what was last. */
export class SessionList {
  readonly element = element("ul", { className: "sessions" });
  readonly #ports: ListPorts;
  #current: string | undefined;
  #isDrawn = true;

  constructor(ports: ListPorts) {
    this.#ports = ports;
    ports.client.on("session", () => this.drawSoon());
    ports.client.on("status", () => this.drawSoon());
  }

  select(sessionId: string | undefined): void {
    this.#current = sessionId;
    this.drawSoon();
  }

  /** At most once per frame: a sync changes hundreds of rows. */
  drawSoon(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame(() => {
      this.#isDrawn = true;
      const { client } = this.#ports;
      const isPinned = ({ attributes }: HotSession) => (attributes?.pinned === true ? 0 : 1);
      const sessions = client.sessions().sort((a, b) => isPinned(a) - isPinned(b));
      this.element.replaceChildren(...sessions.map((session) => this.#row(session)));
      const unread = client.unreadTotal();
      document.title = unread > 0 ? `(${unread}) Parley` : "Parley";
    });
  }

  #row(session: HotSession): HTMLElement {
    const { sessionId, unread, marked, mentions, last } = session;
    const { titles, open } = this.#ports;
    const title = titles.of(sessionId);
    const button = element(
      "button",
      { "aria-current": String(sessionId === this.#current) },
      element("span", { className: "avatar", textContent: title.slice(0, 1).toUpperCase(), "aria-hidden": "true" }),
      element("span", { className: "name", textContent: title }),
      element("time", { textContent: listTimeText(last.timestamp) }),
      element("span", { className: "last", textContent: previewText(session) }),
    );
    const mention = mentions > 0 ? "@ " : "";
    if (unread > 0) button.append(element("span", { className: "badge", textContent: `${mention}${unread}` }));
    else if (marked === true) button.append(element("span", { className: "badge", title: "marked as unread" }));
    button.addEventListener("click", () => open(sessionId));
    return element("li", {}, button);
  }
}
