import type { Content } from "../../protocol/content-type.ts";

/** What the server itself says in a push. */
interface Wording {
  /** By content type, for what is no text. */
  readonly kinds: readonly string[];
  readonly other: string;
  readonly mention: string;
  readonly hiddenTitle: string;
  readonly hiddenBody: string;
}

/** The order of content types: image, voice, video, file, location, merged forward. */
const FIRST_KIND = 2;
const FILE = 5;
const MERGED = 7;
const TEXT = 1;

const EN: Wording = {
  kinds: ["[Image]", "[Voice]", "[Video]", "[File]", "[Location]", "[Chat history]"],
  other: "[Message]",
  mention: "[You were mentioned] ",
  hiddenTitle: "New message",
  hiddenBody: "You have a new message",
};

const ZH: Wording = {
  kinds: ["[图片]", "[语音]", "[视频]", "[文件]", "[位置]", "[聊天记录]"],
  other: "[消息]",
  mention: "[有人@我] ",
  hiddenTitle: "新消息",
  hiddenBody: "你收到一条新消息",
};

const ZH_HANT: Wording = {
  kinds: ["[圖片]", "[語音]", "[影片]", "[檔案]", "[位置]", "[聊天記錄]"],
  other: "[訊息]",
  mention: "[有人@我] ",
  hiddenTitle: "新訊息",
  hiddenBody: "你收到一則新訊息",
};

/** By language, script or region: the most exact one that there is. A line more is a language more. */
const WORDINGS: ReadonlyMap<string, Wording> = new Map([
  ["en", EN],
  ["zh", ZH],
  ["zh-Hant", ZH_HANT],
  ["zh-TW", ZH_HANT],
  ["zh-HK", ZH_HANT],
  ["zh-MO", ZH_HANT],
  [
    "ja",
    {
      kinds: ["[画像]", "[音声]", "[動画]", "[ファイル]", "[位置情報]", "[チャット履歴]"],
      other: "[メッセージ]",
      mention: "[あなた宛て] ",
      hiddenTitle: "新着メッセージ",
      hiddenBody: "新しいメッセージがあります",
    },
  ],
  [
    "ko",
    {
      kinds: ["[사진]", "[음성]", "[동영상]", "[파일]", "[위치]", "[대화 기록]"],
      other: "[메시지]",
      mention: "[나를 언급함] ",
      hiddenTitle: "새 메시지",
      hiddenBody: "새 메시지가 있습니다",
    },
  ],
  [
    "de",
    {
      kinds: ["[Bild]", "[Sprachnachricht]", "[Video]", "[Datei]", "[Standort]", "[Chatverlauf]"],
      other: "[Nachricht]",
      mention: "[Du wurdest erwähnt] ",
      hiddenTitle: "Neue Nachricht",
      hiddenBody: "Du hast eine neue Nachricht",
    },
  ],
  [
    "fr",
    {
      kinds: ["[Image]", "[Message vocal]", "[Vidéo]", "[Fichier]", "[Position]", "[Discussion]"],
      other: "[Message]",
      mention: "[On vous mentionne] ",
      hiddenTitle: "Nouveau message",
      hiddenBody: "Vous avez un nouveau message",
    },
  ],
  [
    "es",
    {
      kinds: ["[Imagen]", "[Mensaje de voz]", "[Vídeo]", "[Archivo]", "[Ubicación]", "[Historial]"],
      other: "[Mensaje]",
      mention: "[Te mencionaron] ",
      hiddenTitle: "Mensaje nuevo",
      hiddenBody: "Tienes un mensaje nuevo",
    },
  ],
]);

/** The most exact of the tags that begin this one: of `zh-Hant-TW` that, `zh-Hant`, then `zh`. */
export function bestTag(locale: string, has: (tag: string) => boolean): string | undefined {
  const parts = locale.replaceAll("_", "-").split("-");
  const tags = parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
  return tags.find(has);
}

export function wordingOf(locale: string): Wording {
  return WORDINGS.get(bestTag(locale, (tag) => WORDINGS.has(tag)) ?? "en") ?? EN;
}

/** One line about a content. What it may be is the client's: nothing is taken to be there. */
export function describe(contentType: number, content: Content, wording: Wording): string {
  if (contentType === TEXT) return textOf(content, "text") ?? wording.other;
  const kind = wording.kinds[contentType - FIRST_KIND] ?? wording.other;
  const name =
    contentType === FILE ? textOf(content, "name") : contentType === MERGED ? textOf(content, "title") : undefined;
  return name === undefined || typeof content === "string" ? kind : `${kind} ${name}`;
}

function textOf(content: Content, field: string): string | undefined {
  const text = typeof content === "string" ? content : content[field];
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** `{name}` becomes its value; what has none stays. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? "") : whole,
  );
}

/** The beginning of a text, in whole code points. */
export function beginning(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const cut = text.slice(0, maxUnits);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
