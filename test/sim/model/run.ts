import fc from "fast-check";
import type { RoomPolicy } from "../../../src/kernel/policy.ts";
import { assertAlways } from "../always.ts";
import { compare } from "./compare.ts";
import type { ModelMessage, ModelRow } from "./conversation-rows.ts";
import { operation } from "./operation.ts";
import { Sequence } from "./sequence.ts";

const OPERATIONS = { minLength: 10, maxLength: 40, size: "max" } as const;

export interface Runs {
  readonly seed: number;
  readonly numRuns: number;
  /** Who may write to whom in single chats. */
  readonly messages: RoomPolicy["messages"];
}

/** Without bias: small values would make the first of the users do nearly everything. */
const program = fc.noBias(fc.tuple(fc.nat(), fc.array(operation, OPERATIONS)));

/**
 * Runs random sequences of operations; throws the shortest one after which rooms and model differ. Answers with what happened
 * in them: how often each control, notice, refusal and storm, from which a test sees that they reach what they are meant to.
 */
export function runSequences({ seed, numRuns, messages }: Runs): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  const property = fc.property(program, ([worldSeed, operations]) => {
    const sequence = new Sequence(worldSeed, messages);
    sequence.run(operations);
    compare(sequence);
    for (const name of happenings(sequence)) seen.set(name, (seen.get(name) ?? 0) + 1);
  });
  assertAlways(property, { seed, numRuns });
  return seen;
}

function happenings({ single, group, refusals, storms, archive }: Sequence): string[] {
  const archived = archive.given > 0 ? ["archived"] : [];
  return [...[single, group].flatMap(({ rows }) => rows.map(nameOf)), ...refusals, ...storms, ...archived];
}

function nameOf(row: ModelMessage | ModelRow): string {
  return row.kind === "message" ? row.kind : row.what;
}
