import type { Writable } from 'node:stream';
import type { TransactionSql } from 'postgres';
import { CopyBuffer } from './copy-buffer.ts';

/** What files said, row by row; `row` numbers the rows of all files, `n` the comparisons. Gone with the transaction. */
const TABLES = {
  staged_names: 'kind text not null, code int not null, name text not null',
  staged_prompts:
    'row int not null, file int not null, line int not null, code int not null, content_hash text not null, turns text not null, category text, language text',
  staged_material:
    'row int not null, file int not null, line int not null, code int not null, kind text not null, value text not null',
  staged_answers:
    'row int not null, file int not null, line int not null, code int not null, prompt int not null, model int not null, content_hash text not null, turns text not null, blank bool not null, naming text',
  staged_rows:
    'n int not null, row int not null, file int not null, line int not null, is_vote bool not null, place int not null, battle uuid not null, identity uuid not null, prompt int, model_a int not null, model_b int not null, answer_a int, answer_b int, turns int, category text, language text, rater int, outcome text not null, share_a float8, weight float8, at timestamptz, source_id text, held text',
  staged_scores:
    'row int not null, file int not null, line int not null, model int not null, benchmark text not null, score float8 not null, n int, source text not null, chance float8',
} as const;

export type StagingTable = keyof typeof TABLES;

/** A table's buffer goes to the database when it holds so much. */
const FULL = 4 * 1024 * 1024;

/**
 * Temporary tables of one import's transaction, filled by COPY while the next rows are read: nothing of them outlives the
 * transaction, however it ends.
 */
export class StagingTables {
  readonly #tx: TransactionSql;
  readonly #buffers = new Map<StagingTable, CopyBuffer>();
  #copying: Promise<void> = Promise.resolve();

  constructor(tx: TransactionSql) {
    this.#tx = tx;
    for (const table of Object.keys(TABLES) as StagingTable[]) this.#buffers.set(table, new CopyBuffer());
  }

  async create(): Promise<void> {
    for (const [table, columns] of Object.entries(TABLES))
      await this.#tx.unsafe(`create temporary table ${table} (${columns}) on commit drop`);
  }

  /** Where rows of a table are written. */
  into(table: StagingTable): CopyBuffer {
    return this.#buffers.get(table)!;
  }

  /**
   * Sends off what is full, once what was sent before has arrived: at most one piece of each table is on its way while
   * the next one is written.
   */
  async flush(least = FULL): Promise<void> {
    for (const [table, buffer] of this.#buffers) {
      if (buffer.length === 0 || buffer.length < least) continue;
      await this.#copying;
      const bytes = buffer.take();
      this.#copying = this.#copy(table, bytes);
      // it is awaited with the next piece; until then nobody listens
      this.#copying.catch(() => {});
    }
  }

  /** Sends off everything and lets the planner look at it. */
  async finish(rows: number): Promise<void> {
    await this.flush(1);
    await this.#copying;
    await analyse(this.#tx, rows, Object.keys(TABLES));
  }

  async #copy(table: StagingTable, bytes: Buffer): Promise<void> {
    const query = this.#tx.unsafe(`copy ${table} from stdin (format binary)`);
    const target = (await query.writable()) as Writable;
    let failure: Error | null = null;
    // a refused row ends the statement, and the driver would wait for more of it for ever
    Object.assign(query, {
      reject: (error: Error) => {
        Object.assign(query, { active: false });
        failure = error;
        target.destroy(error);
      },
    });
    const done = new Promise<void>((resolve, reject) => {
      target.once('error', reject);
      target.once('finish', resolve);
    });
    // at once: waiting for room would wait for the rows that are read meanwhile
    target.end(bytes);
    await done;
    if (failure !== null) throw failure;
  }
}

/** Of fewer rows any plan is a good one, and looking at the tables would take longer. */
const MANY = 2000;

/** Lets the planner look at temporary tables. @param rows of the whole import */
export async function analyse(tx: TransactionSql, rows: number, tables: readonly string[]): Promise<void> {
  if (rows < MANY) return;
  for (const table of tables) await tx.unsafe(`analyze ${table}`);
}
