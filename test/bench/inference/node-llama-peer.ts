/**
 * The peer node-llama-cpp (npm, 3.22.0), in a process of its own: the probabilities of one next token, and a chat that a
 * grammar holds to the letter A or B. It reads a job on stdin and writes what it found on stdout, as JSON.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { PeerJob, PeerReport } from './peer.ts';

type Sequence = {
  clearHistory(): Promise<void>;
  controlledEvaluate(
    input: readonly unknown[],
  ): Promise<
    readonly ({ readonly next: { readonly probabilities?: ReadonlyMap<number, number> } } | undefined)[]
  >;
  evaluate(tokens: readonly number[], options: object): AsyncGenerator<number>;
};
type LlamaModel = {
  tokenize(text: string, special: boolean): readonly number[];
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
};
type Package = {
  getLlama(options: object): Promise<Llama>;
  readonly LlamaGrammarEvaluationState: new (options: object) => unknown;
};
type Llama = {
  loadModel(options: object): Promise<LlamaModel>;
  createGrammar(options: object): Promise<unknown>;
};

const CONTEXT = 4096;
const job = JSON.parse(await text(process.stdin)) as PeerJob;
const entry = createRequire(join(job.packages, 'package.json')).resolve('node-llama-cpp');
const { getLlama, LlamaGrammarEvaluationState } = (await import(pathToFileURL(entry).href)) as Package;
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: job.threads });
const model = await llama.loadModel({ modelPath: job.model });
const context = await model.createContext({ contextSize: CONTEXT, threads: job.threads });
const sequence = context.getSequence();
const labels = job.labels.map((label) => model.tokenize(label, false)[0]!);
const half = labels.length / 2;

async function probabilities(prompt: string): Promise<number> {
  await sequence.clearHistory();
  const tokens = model.tokenize(prompt, true);
  const input = tokens.map((token, at) =>
    at === tokens.length - 1 ? [token, { generateNext: { probabilities: true } }] : token,
  );
  const found = (await sequence.controlledEvaluate(input)).at(-1)?.next.probabilities;
  const sumOf = (ids: readonly number[]) => ids.reduce((sum, id) => sum + (found?.get(id) ?? 0), 0);
  return Math.log(sumOf(labels.slice(0, half))) - Math.log(sumOf(labels.slice(half)));
}

const grammar = await llama.createGrammar({ grammar: 'root ::= "A" | "B"' });
async function held(prompt: string): Promise<void> {
  await sequence.clearHistory();
  const state = new LlamaGrammarEvaluationState({ model, grammar });
  const tokens = model.tokenize(prompt, true);
  for await (const _ of sequence.evaluate(tokens, { temperature: 0, grammarEvaluationState: state })) break;
}

async function written(prompt: string, count: number): Promise<void> {
  await sequence.clearHistory();
  let left = count;
  for await (const _ of sequence.evaluate(model.tokenize(prompt, true), {
    temperature: 0,
    yieldEogToken: true,
  })) {
    left -= 1;
    if (left === 0) break;
  }
}

async function timed(work: (prompt: string) => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (const prompt of job.prompts) await work(prompt);
  return (performance.now() - startMs) / 1000;
}

const differences: number[] = [];
for (const prompt of job.prompts) differences.push(await probabilities(prompt));
const seconds: Record<string, number[]> = { probabilities: [], grammar: [] };
for (const tokens of job.tokens) seconds[tokens] = [];
for (let round = 0; round < job.rounds; round += 1) {
  seconds.probabilities!.push(await timed(probabilities));
  seconds.grammar!.push(await timed(held));
  for (const tokens of job.tokens) seconds[tokens]!.push(await timed((prompt) => written(prompt, tokens)));
}
process.stdout.write(JSON.stringify({ differences, seconds } satisfies PeerReport));
process.exit(0);
