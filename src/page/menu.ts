import type { MessageEntry, ParleyClient } from "../client/index.ts";
import type { Composer } from "./composer.ts";
import { element } from "./dom.ts";
import { contentText } from "./wording.ts";

const REACTIONS = ["👍", "❤️", "😂", "🎉"];

export interface MenuPorts {
  readonly client: ParleyClient;
  readonly sessionId: string;
  readonly composer: Composer;
  /** Says why something could not be done. */
  failed(error: unknown): void;
}

/** What can be done to a message. What may not be done, the server says. */
export function menuOf(message: MessageEntry, isMine: boolean, { client, sessionId, composer, failed }: MenuPorts) {
  const { seqId } = message;
  const text = contentText(message.content, message.contentType);
  const menu = element("div", { className: "menu", "aria-label": "Actions" });
  const add = (label: string, act: () => unknown): void => {
    const button = element("button", { textContent: label });
    button.addEventListener("click", () => {
      menu.remove();
      Promise.resolve(act()).catch(failed);
    });
    menu.append(button);
  };
  for (const reaction of REACTIONS) add(reaction, () => client.messages.react(sessionId, seqId, reaction));
  add("Answer", () => composer.reply(seqId, text));
  if (isMine && typeof message.content === "string") add("Edit", () => composer.edit(seqId, text));
  if (isMine) add("Recall", () => client.messages.recall(sessionId, seqId));
  add("Delete for me", () => client.messages.hide(sessionId, [seqId]));
  return menu;
}
