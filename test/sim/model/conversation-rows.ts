import type { UserId } from "../../../src/protocol/ids.ts";

export interface ModelMessage {
  readonly kind: "message";
  readonly seqId: number;
  readonly from: UserId;
  readonly atMs: number;
  /** 0: it does not expire. */
  readonly lifeMs: number;
  content: string;
  readonly counts: boolean;
  readonly mentions: readonly UserId[];
  readonly isHigh: boolean;
  edits: number;
  gone: "recalled" | "deleted" | "expired" | undefined;
  readonly reactions: Map<string, Set<UserId>>;
  readonly hiddenFor: Set<UserId>;
}

/** A row of the log that is no message. */
export interface ModelRow {
  readonly kind: "notice" | "control";
  readonly seqId: number;
  readonly what: string;
}

/** A session as one user sees it. */
export interface View {
  isMember: boolean;
  first: number;
  last: number;
  /** The newest message or notice. */
  shown: number;
  read: number;
  unread: Set<number>;
  isMarked: boolean;
  isHidden: boolean;
  isPinned: boolean;
  /** seqIds of the control entries and messages of high priority that the user's mailbox keeps. */
  readonly priority: number[];
}

export interface SendOptions {
  readonly content: string;
  readonly counts: boolean;
  readonly isHigh: boolean;
  readonly lifeMs: number;
  readonly mentions: "nobody" | "all" | UserId;
}

export interface Reacting {
  readonly seqId: number;
  readonly reaction: string;
  readonly isRemoval: boolean;
}

export type ControlOp = "recall" | "override" | "delete";
