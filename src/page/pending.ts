import { element } from "./dom.ts";

/** Bubbles of messages that are on their way, below everything else. */
export class Pending {
  readonly #entries: HTMLElement;
  readonly #bubbles = new Map<string, HTMLElement>();

  constructor(entries: HTMLElement) {
    this.#entries = entries;
  }

  /** The oldest; what arrives is shown before it. */
  get first(): HTMLElement | null {
    const [first = null] = this.#bubbles.values();
    return first;
  }

  add(packId: string, text: string): HTMLElement {
    const bubble = element(
      "article",
      { className: "bubble mine pending" },
      element("p", { className: "text", textContent: text }),
    );
    this.#bubbles.set(packId, bubble);
    this.#entries.append(bubble);
    return bubble;
  }

  done(packId: string): void {
    this.#bubbles.get(packId)?.remove();
    this.#bubbles.delete(packId);
  }
}
