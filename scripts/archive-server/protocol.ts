import { z } from "zod";
import { WireValue } from "./values.ts";

/** Hrana 2 in JSON, as far as `@libsql/client` speaks it: https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md */

/** SQL, or the number under which the stream stored it. */
const sql = { sql: z.string().optional(), sql_id: z.int().optional() };

export const Stmt = z.object({
  ...sql,
  args: z.array(WireValue).default([]),
  named_args: z.array(z.object({ name: z.string(), value: WireValue })).default([]),
  want_rows: z.boolean().default(true),
});
export type Stmt = z.infer<typeof Stmt>;

export type Cond =
  | { type: "ok"; step: number }
  | { type: "error"; step: number }
  | { type: "not"; cond: Cond }
  | { type: "and"; conds: Cond[] }
  | { type: "or"; conds: Cond[] };

const step = z.int().min(0);
const Cond: z.ZodType<Cond> = z.lazy(() =>
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("ok"), step }),
    z.object({ type: z.literal("error"), step }),
    z.object({ type: z.literal("not"), cond: Cond }),
    z.object({ type: z.literal("and"), conds: z.array(Cond) }),
    z.object({ type: z.literal("or"), conds: z.array(Cond) }),
  ]),
);

const Batch = z.object({ steps: z.array(z.object({ condition: Cond.nullish(), stmt: Stmt })) });
export type Batch = z.infer<typeof Batch>;

const StreamRequest = z.discriminatedUnion("type", [
  z.object({ type: z.literal("close") }),
  z.object({ type: z.literal("execute"), stmt: Stmt }),
  z.object({ type: z.literal("batch"), batch: Batch }),
  z.object({ type: z.literal("sequence"), ...sql }),
  z.object({ type: z.literal("store_sql"), sql_id: z.int(), sql: z.string() }),
  z.object({ type: z.literal("close_sql"), sql_id: z.int() }),
]);
export type StreamRequest = z.infer<typeof StreamRequest>;

export const Pipeline = z.object({ baton: z.string().nullish(), requests: z.array(StreamRequest) });

export interface StmtResult {
  readonly cols: readonly { readonly name: string; readonly decltype: string | null }[];
  readonly rows: readonly (readonly WireValue[])[];
  readonly affected_row_count: number;
  readonly last_insert_rowid: string | null;
}

export interface BatchResult {
  readonly step_results: readonly (StmtResult | null)[];
  readonly step_errors: readonly (WireError | null)[];
}

export interface WireError {
  readonly message: string;
  readonly code: string;
}

export type StreamResponse =
  | { readonly type: "close" | "sequence" | "store_sql" | "close_sql" }
  | { readonly type: "execute"; readonly result: StmtResult }
  | { readonly type: "batch"; readonly result: BatchResult };

export type StreamResult =
  | { readonly type: "ok"; readonly response: StreamResponse }
  | { readonly type: "error"; readonly error: WireError };
