import { element, lineForm } from "./dom.ts";

/** What the next line is for. */
export type Purpose = { readonly kind: "new" } | { readonly kind: "reply" | "edit"; readonly seqId: number };

export interface ComposerPorts {
  typed(): void;
  submit(text: string, purpose: Purpose): void;
}

const TITLES = { reply: "Answer to", edit: "Edit" } as const;

/** The line to write in, and what it is for when that is not just a new message. */
export class Composer {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #about = element("div", { className: "about" });
  #purpose: Purpose = { kind: "new" };

  constructor(ports: ComposerPorts) {
    const options = { className: "compose", label: "Write a message", button: "Send", clears: true };
    const { form, input } = lineForm(options, (text) => {
      const purpose = this.#purpose;
      this.#reset();
      ports.submit(text, purpose);
    });
    this.#input = input;
    input.addEventListener("input", () => ports.typed());
    input.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#purpose.kind !== "new") this.#cancel();
    });
    this.#about.hidden = true;
    this.element = element("footer", {}, this.#about, form);
  }

  focus(): void {
    this.#input.focus();
  }

  /** The next line answers a message. */
  reply(seqId: number, text: string): void {
    this.#begin({ kind: "reply", seqId }, text);
  }

  /** The line becomes the message's new text. */
  edit(seqId: number, text: string): void {
    this.#begin({ kind: "edit", seqId }, text);
    this.#input.value = text;
  }

  #begin(purpose: Exclude<Purpose, { kind: "new" }>, text: string): void {
    this.#purpose = purpose;
    const cancel = element("button", { textContent: "✕", "aria-label": "Cancel" });
    cancel.addEventListener("click", () => this.#cancel());
    const line = element("span", {}, element("strong", { textContent: TITLES[purpose.kind] }), ` ${text}`);
    this.#about.replaceChildren(line, cancel);
    this.#about.hidden = false;
    this.focus();
  }

  #cancel(): void {
    if (this.#purpose.kind === "edit") this.#input.value = "";
    this.#reset();
    this.focus();
  }

  #reset(): void {
    this.#purpose = { kind: "new" };
    this.#about.hidden = true;
  }
}
