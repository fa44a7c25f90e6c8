import type { BatchRecord, BatchStore, LeasedCall } from '@agon/arena';
import type { RunId } from '@agon/domain';
import type { Database } from '../connect.ts';

/** Class of the advisory locks of those who work on a run's batches; the second number is a hash of the run's id. */
const BATCH_LOCKS = 727_003;

type BatchRow = {
  id: number;
  remote_id: string | null;
  input_file: string | null;
  state: BatchRecord['state'];
  remote_state: string | null;
  calls: number;
  created_at: Date;
  checked_at: Date | null;
};
type CallRow = Omit<LeasedCall, 'order'> & { slot_order: string };

export function createBatchStore({ sql }: Database): BatchStore {
  return {
    async alone(run, work) {
      // a lock of the session: whoever is killed lets go of it
      const connection = await sql.reserve();
      try {
        const [row] = await connection<{ taken: boolean }[]>`
          select pg_try_advisory_lock(${BATCH_LOCKS}, hashtext(${run})) as taken`;
        if (row?.taken !== true) return null;
        try {
          return await work();
        } finally {
          await connection`select pg_advisory_unlock(${BATCH_LOCKS}, hashtext(${run}))`;
        }
      } finally {
        connection.release();
      }
    },

    async open(run) {
      const rows = await sql<BatchRow[]>`
        select * from batches where run_id = ${run} and state in ('sending', 'waiting') order by id`;
      return rows.map(toBatch);
    },

    async begin(run, calls, nowMs, untilMs) {
      const row = await sql.begin(async (tx) => {
        const [batch] = await tx<BatchRow[]>`
          insert into batches (run_id, state, calls, created_at) values (${run}, 'sending', 0, ${new Date(nowMs)}) returning *`;
        // the lease belongs to no worker from here on
        const taken = await tx`
          update calls c set batch_id = ${batch!.id}, leased_by = null, leased_until = ${new Date(untilMs)}
          from unnest(${calls.map(({ id }) => id)}::bigint[], ${calls.map(({ attempts }) => attempts)}::int[]) as r(id, attempts)
          where c.id = r.id and c.attempts = r.attempts and c.state = 'leased'`;
        const [counted] = await tx<BatchRow[]>`
          update batches set calls = ${taken.count} where id = ${batch!.id} returning *`;
        return counted!;
      });
      return toBatch(row as BatchRow);
    },

    async touch(id, atMs) {
      await sql`update batches set checked_at = ${new Date(atMs)} where id = ${id}`;
    },

    async noteFile(id, file) {
      await sql`update batches set input_file = ${file} where id = ${id}`;
    },

    async noteRemote(id, remoteId, remoteState, nowMs) {
      await sql`update batches set remote_id = ${remoteId}, remote_state = ${remoteState}, state = 'waiting',
        checked_at = ${new Date(nowMs)} where id = ${id} and state in ('sending', 'waiting')`;
    },

    async callsOf(id) {
      const rows = await sql<CallRow[]>`
        select id, target, slot_order, repeat, attempts, faults from calls where batch_id = ${id} and state = 'leased' order by id`;
      return rows.map(({ slot_order, ...call }) => ({ ...call, order: slot_order }));
    },

    async end(id, state, remoteState, nowMs) {
      await sql.begin(async (tx) => {
        await tx`
          update calls set state = 'pending', leased_until = null, not_before = null where batch_id = ${id} and state = 'leased'`;
        await tx`
          update batches set state = ${state}, remote_state = coalesce(${remoteState}, remote_state), checked_at = ${new Date(nowMs)}
          where id = ${id}`;
      });
    },
  };
}

/** All batches of a run, oldest first. */
export async function readBatches(
  sql: Database['sql'],
  runs: readonly RunId[],
): Promise<ReadonlyMap<RunId, readonly BatchRecord[]>> {
  const rows = await sql<(BatchRow & { run_id: RunId })[]>`
    select * from batches where run_id = any(${[...runs]}::uuid[]) order by id`;
  const found = new Map<RunId, BatchRecord[]>();
  for (const row of rows) found.set(row.run_id, [...(found.get(row.run_id) ?? []), toBatch(row)]);
  return found;
}

function toBatch(row: BatchRow): BatchRecord {
  return {
    id: row.id,
    remoteId: row.remote_id,
    inputFile: row.input_file,
    state: row.state,
    remoteState: row.remote_state,
    calls: row.calls,
    createdAtMs: row.created_at.getTime(),
    checkedAtMs: row.checked_at?.getTime() ?? null,
  };
}
