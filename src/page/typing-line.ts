import { element } from "./dom.ts";

/** Who is typing in a conversation; in single chats there is no need to name them. */
export class TypingLine {
  readonly element = element("small", { className: "typing" });
  readonly #isGroup: boolean;
  readonly #users = new Set<string>();

  constructor(isGroup: boolean) {
    this.#isGroup = isGroup;
  }

  heard({ from, isTyping }: { readonly from: string; readonly isTyping: boolean }): void {
    if (isTyping) this.#users.add(from);
    else this.#users.delete(from);
    const names = this.#isGroup ? [...this.#users].join(", ") : "";
    this.element.textContent = this.#users.size === 0 ? "" : `${names} typing …`.trim();
  }
}
