/** The thread that keeps comparisons and fits boards: see open-board-fits.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { createBoardFits, type PairColumns, writePairs } from '@agon/arena';
import { createComparisonStore } from '../comparisons/comparison-store.ts';
import { connect } from '../connect.ts';
import { createContentStore } from '../content-store.ts';
import { packError } from '../error-message.ts';
import { END, type FitsReply, type FitsRequest } from './fits-message.ts';

const port = parentPort;
if (port === null) throw new Error('fits-thread.ts runs in a worker thread only.');

/** One streams a campaign in while others are read. */
const CONNECTIONS = 3;
const database = connect((workerData as { readonly url: string }).url, { connections: CONNECTIONS });
const fits = createBoardFits({
  comparisons: createComparisonStore(database),
  content: createContentStore(database),
  clock: { now: () => Date.now() },
});

const reply = (message: FitsReply) => port.postMessage(message);

/** The last pairs that were written: a board that did not change is asked for again and again. */
let written: { readonly of: PairColumns; readonly pairs: Uint8Array<ArrayBuffer> } | null = null;

function sendPairs(id: number, columns: PairColumns): void {
  const last = written?.of === columns ? written : { of: columns, pairs: writePairs(columns) };
  written = last;
  const pairs = last.pairs.slice();
  port?.postMessage({ id, pairs } satisfies FitsReply, [pairs.buffer]);
}

port.on('message', (message: FitsRequest | typeof END) => {
  if (message === END) {
    void database.close().finally(() => port.close());
    return;
  }
  const { id, campaign, question } = message;
  fits.ask(campaign, question, 'exact').then(
    (answer) => {
      reply({ id, answer });
      // the answer is on its way before its longest part is written
      if ('facets' in answer.answer) setImmediate(sendPairs, id, answer.answer.pairs);
    },
    (error: unknown) => reply({ id, error: packError(error) }),
  );
});
