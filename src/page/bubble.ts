import type { MessageEntry } from "../client/index.ts";
import { element } from "./dom.ts";
import { contentText, goneText, timeText } from "./wording.ts";

/** How far an own message of a single chat came. */
export type Tick = "stored" | "received" | "read";

export interface BubbleOptions {
  readonly isMine: boolean;
  readonly isGroup: boolean;
  /** What the message answers, if that is known. */
  readonly quoted: string | undefined;
  readonly tick: Tick | undefined;
  menu(): HTMLElement;
  react(reaction: string): void;
}

/** One message. */
export function bubbleOf(message: MessageEntry, options: BubbleOptions): HTMLElement {
  const { isMine, isGroup, quoted } = options;
  const bubble = element("article", { className: isMine ? "bubble mine" : "bubble" });
  if (isGroup && !isMine) bubble.append(element("strong", { className: "from", textContent: message.from }));
  if (quoted !== undefined) bubble.append(element("blockquote", { textContent: quoted }));
  bubble.append(textOf(message));
  const reactions = Object.entries(message.reactions ?? {});
  if (reactions.length > 0) bubble.append(reactionsOf(reactions, options.react));
  bubble.append(footOf(message, options.tick));
  if (message.gone === undefined) bubble.append(moreButton(bubble, options));
  return bubble;
}

/** Sets how far it came, on a bubble that is shown. */
export function setTick(bubble: HTMLElement, tick: Tick): void {
  const mark = bubble.querySelector<HTMLElement>(".tick");
  if (mark === null) return;
  mark.dataset.tick = tick;
  mark.textContent = tick === "stored" ? "✓" : "✓✓";
  mark.title = tick;
}

function textOf({ content, contentType, gone, streaming }: MessageEntry): HTMLElement {
  if (gone !== undefined) return element("p", { className: "text gone", textContent: goneText(gone) });
  const text = element("p", { className: streaming ? "text streaming" : "text" });
  text.textContent = contentText(content, contentType);
  return text;
}

function reactionsOf(reactions: readonly [string, number][], react: (reaction: string) => void): HTMLElement {
  const chips = reactions.map(([reaction, count]) => {
    const chip = element("button", { textContent: `${reaction} ${count}`, title: "React, too" });
    chip.addEventListener("click", () => react(reaction));
    return chip;
  });
  return element("div", { className: "reactions" }, ...chips);
}

function footOf(message: MessageEntry, tick: Tick | undefined): HTMLElement {
  const edited = message.edited === undefined || message.gone !== undefined ? "" : "edited · ";
  const foot = element("small", {}, `${edited}${timeText(message.timestamp)}`);
  if (tick === undefined) return foot;
  foot.append(" ", element("span", { className: "tick" }));
  setTick(foot, tick);
  return foot;
}

function moreButton(bubble: HTMLElement, { menu }: BubbleOptions): HTMLElement {
  const button = element("button", { className: "more", textContent: "⋯", "aria-label": "Actions" });
  button.addEventListener("click", () => {
    const open = bubble.querySelector(".menu");
    if (open !== null) open.remove();
    else bubble.append(menu());
  });
  return button;
}
