/** In the place of the thread that fits boards: does what the model's name says, and writes a diary. */
import { appendFileSync, readFileSync } from 'node:fs';
import { parentPort, threadId, workerData } from 'node:worker_threads';

const { url: diary } = workerData as { readonly url: string };

type Request = { readonly id: number; readonly question: { readonly model: string } };

parentPort!.on('message', (message: 'end' | Request) => {
  if (message === 'end') {
    parentPort!.close();
    return;
  }
  const { id, question } = message;
  appendFileSync(diary, `${question.model}\n`);
  const asked = readFileSync(diary, 'utf8').split('\n').length - 1;
  if (question.model === 'always dies' || (question.model === 'dies once' && asked === 1)) process.exit(1);
  const asOfMs = question.model === 'tells its thread' ? threadId : id;
  const answer = () => parentPort!.postMessage({ id, answer: { answer: 'answered', asOfMs } });
  if (question.model === 'blocks') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  if (question.model === 'slow') setTimeout(answer, 50);
  else answer();
});
