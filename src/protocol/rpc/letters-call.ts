import { z } from "zod";

/** A job that no attempt brought to an end. */
export const Letter = z.object({
  id: z.int(),
  /** What was to be done; of push and webhook jobs that may include content. */
  job: z.record(z.string(), z.unknown()),
  reason: z.string(),
  /** ms since 1970 */
  at: z.int(),
});
export type Letter = z.infer<typeof Letter>;

/** Calls to the room that keeps the dead letters of a queue. */
export type LettersCall =
  /** Answers with nothing. The same job and reason twice is one letter. */
  | { readonly type: "letters.put"; readonly job: object; readonly reason: string }
  /** Answers with `LettersPage`, the oldest first. */
  | { readonly type: "letters.list"; readonly after: number; readonly limit: number }
  /** Puts them back into their queue, or forgets them. Without `ids`: all. `by`: who, for the audit. Answers with `LettersMoved`. */
  | {
      readonly type: "letters.retry" | "letters.drop";
      readonly ids: readonly number[] | undefined;
      readonly by: string;
    };

export const LettersPage = z.object({
  letters: z.array(Letter),
  /** Of all letters of the queue. */
  total: z.int(),
  more: z.boolean(),
});
export type LettersPage = z.infer<typeof LettersPage>;

export const LettersMoved = z.object({ letters: z.int() });
export type LettersMoved = z.infer<typeof LettersMoved>;
