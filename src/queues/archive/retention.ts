import { type AgedAsk, ArchiveKept } from "../../archive/kept.ts";
import { sessionRoom } from "../../kernel/room-name.ts";
import type { AppId, SessionId } from "../../protocol/ids.ts";
import type { Retention } from "../../protocol/rpc/app-settings.ts";
import { unwrap } from "../../protocol/rpc/outcome.ts";
import type { PurgeResult } from "../../protocol/rpc/session-call.ts";
import { SESSION_KINDS } from "../../protocol/session-id.ts";
import type { ConsumerPorts } from "../consumer.ts";
import { inParallel } from "../in-parallel.ts";

const DAY_MS = 86_400_000;
/** Sessions that are asked at the same time. */
const MAX_AT_ONCE = 8;

interface RetentionPorts extends Pick<ConsumerPorts, "call" | "settings" | "clock" | "onFault"> {
  readonly kept: ArchiveKept;
  /** Of the deployment; an app may decide otherwise. */
  readonly deployed: Retention;
}

/**
 * Has contents taken away whose time is over. The archive knows where they are; the rooms decide, and tell the archive as they
 * tell everybody else. So a run that breaks off, or finds an archive that is late, leaves nothing wrong: the next one goes on.
 */
export class RetentionRun {
  readonly #ports: RetentionPorts;

  constructor(ports: RetentionPorts) {
    this.#ports = ports;
  }

  /** Looks at every app once. Never rejects; breaks off when it is told to. */
  async run(signal?: AbortSignal): Promise<void> {
    const { kept, onFault } = this.#ports;
    try {
      for await (const app of kept.apps()) await this.#clearApp(app, signal);
    } catch (fault) {
      if (signal?.aborted !== true) onFault(fault);
    }
  }

  async #clearApp(app: AppId, signal: AbortSignal | undefined): Promise<void> {
    const { settings, deployed, clock } = this.#ports;
    const retention = { ...deployed, ...(await settings(app)).policy.retention };
    for (const kind of SESSION_KINDS) {
      const days = retention[kind] ?? "keep";
      if (days === "keep") continue;
      const beforeMs = Math.floor(clock.nowMs() - days * DAY_MS);
      await this.#clear({ app, kind, beforeMs }, signal);
    }
  }

  async #clear(ask: AgedAsk, signal: AbortSignal | undefined): Promise<void> {
    const done = new Set<SessionId>();
    let cursor: string | undefined;
    do {
      const page = await this.#ports.kept.aged({ ...ask, cursor });
      const fresh = page.sessionIds.filter((sessionId) => !done.has(sessionId));
      await inParallel(fresh, MAX_AT_ONCE, (sessionId) => this.#retain(sessionId, ask, signal));
      for (const sessionId of fresh) done.add(sessionId);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /** What one room cannot do keeps nobody else's for longer. */
  async #retain(sessionId: SessionId, { app, beforeMs }: AgedAsk, signal: AbortSignal | undefined): Promise<void> {
    const { call, onFault } = this.#ports;
    try {
      for (let more = true; more; ) {
        signal?.throwIfAborted();
        const outcome = await call(sessionRoom(app, sessionId), { type: "retain", beforeMs });
        ({ more } = unwrap(outcome) as PurgeResult); // SAFETY: what the room answers it with
      }
    } catch (fault) {
      signal?.throwIfAborted();
      onFault(fault);
    }
  }
}

/** Without an archive nobody knows where the old contents are: then `undefined`, and nothing goes. */
export function retentionOf(deployed: Retention, { archive, ...ports }: ConsumerPorts): RetentionRun | undefined {
  return archive === undefined ? undefined : new RetentionRun({ ...ports, kept: new ArchiveKept(archive), deployed });
}
