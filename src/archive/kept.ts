import type { Row } from "@libsql/client";
import type { AppId, SessionId } from "../protocol/ids.ts";
import type { AuthoredCall, SessionsPage } from "../protocol/rpc/archive-call.ts";
import { PREFIX_OF_KIND, type SessionKind } from "../protocol/session-id.ts";
import type { ArchiveClient } from "./client.ts";
import { reach } from "./faults.ts";

/** Messages that are looked at in one step. */
const MAX_ROWS = 1_000;
const MAX_SESSIONS = 500;

const NEXT_APP = "SELECT min(app) AS app FROM sessions WHERE app > :after";
const AGED = `SELECT CAST(id AS TEXT) AS id, session FROM entries
  WHERE app = :app AND session_kind = :kind AND kind = 'message' AND gone = 0 AND id > :after AND id < :before << 20
  ORDER BY id LIMIT :limit`;
const AUTHORED = `SELECT DISTINCT session FROM entries
  WHERE app = :app AND sender = :sender AND kind = 'message' AND gone = 0 AND session > :after
  ORDER BY session LIMIT :limit`;

export interface AgedAsk {
  readonly app: AppId;
  readonly kind: SessionKind;
  readonly beforeMs: number;
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
}

/** Where contents are that are still here: whoever takes them away asks the rooms, which tell the archive. */
export class ArchiveKept {
  readonly #client: ArchiveClient;

  constructor(client: ArchiveClient) {
    this.#client = client;
  }

  /** Every app that has a session here, in the order of their ids. */
  async *apps(): AsyncGenerator<AppId> {
    for (let after = ""; ; ) {
      const args = { after };
      const { rows } = await reach(() => this.#client.execute({ sql: NEXT_APP, args }));
      const app = rows[0]?.app;
      if (typeof app !== "string") return;
      yield app as AppId; // SAFETY: the writer stores no other ids
      after = app;
    }
  }

  /** Sessions of a kind with messages from before a time, those with the oldest first. A session may be on several pages. */
  async aged({ app, kind, beforeMs, cursor = "0" }: AgedAsk): Promise<SessionsPage> {
    const args = { app, kind: PREFIX_OF_KIND[kind], after: BigInt(cursor), before: BigInt(beforeMs), limit: MAX_ROWS };
    const { rows } = await reach(() => this.#client.execute({ sql: AGED, args }));
    const last = rows.length < MAX_ROWS ? undefined : rows.at(-1)?.id;
    return pageOf(rows, last === undefined ? undefined : String(last));
  }

  /** Sessions with messages of a user, in the order of their ids. */
  async authored({ app, userId, cursor = "" }: AuthoredCall): Promise<SessionsPage> {
    const args = { app, sender: userId, after: cursor, limit: MAX_SESSIONS };
    const { rows } = await reach(() => this.#client.execute({ sql: AUTHORED, args }));
    const page = pageOf(rows, undefined);
    return rows.length < MAX_SESSIONS ? page : { ...page, cursor: page.sessionIds.at(-1) };
  }
}

function pageOf(rows: readonly Row[], cursor: string | undefined): SessionsPage {
  const sessionIds = [...new Set(rows.map(({ session }) => String(session) as SessionId))]; // SAFETY: the writer stores no other ids
  return cursor === undefined ? { sessionIds } : { sessionIds, cursor };
}
