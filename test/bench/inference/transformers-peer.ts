/**
 * The peer @huggingface/transformers (npm, 4.3.0), in a process of its own: greedy generation, a prompt at a time, which was
 * quicker than its batches. It reads a job on stdin and writes what it found on stdout, as JSON.
 */
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { PeerJob, PeerReport } from './peer.ts';

type Tensor = { readonly dims: readonly number[]; readonly data: Float32Array };
type Package = {
  readonly env: { localModelPath: string; allowRemoteModels: boolean };
  readonly AutoTokenizer: { from_pretrained(name: string, options: object): Promise<Tokenizer> };
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<Model> };
};
type Tokenizer = {
  (text: string, options: object): Readonly<Record<string, unknown>>;
  encode(text: string, options: object): readonly number[];
};
type Model = {
  (inputs: object): Promise<{ readonly logits: Tensor }>;
  generate(options: object): Promise<unknown>;
};

const job = JSON.parse(await text(process.stdin)) as PeerJob;
const entry = createRequire(join(job.packages, 'package.json')).resolve('@huggingface/transformers');
const { env, AutoTokenizer, AutoModelForCausalLM } = (await import(pathToFileURL(entry).href)) as Package;
env.localModelPath = dirname(job.model);
env.allowRemoteModels = false;
const name = basename(job.model);
const tokenizer = await AutoTokenizer.from_pretrained(name, { local_files_only: true });
const model = await AutoModelForCausalLM.from_pretrained(name, {
  local_files_only: true,
  dtype: 'fp32',
  model_file_name: job.file.replace(/\.onnx$/, ''),
  session_options: { intraOpNumThreads: job.threads },
});
const inputsOf = (prompt: string) => tokenizer(prompt, { add_special_tokens: false });

async function timed(tokens: number, prompts: readonly string[]): Promise<number> {
  const startMs = performance.now();
  for (const prompt of prompts) {
    await model.generate({
      ...inputsOf(prompt),
      max_new_tokens: tokens,
      min_new_tokens: tokens,
      do_sample: false,
    });
  }
  return (performance.now() - startMs) / 1000;
}

const labels = job.labels.map((label) => tokenizer.encode(label, { add_special_tokens: false })[0]!);
const differences: number[] = [];
for (const prompt of job.prompts) {
  const { logits } = await model(inputsOf(prompt));
  const [, rows = 1, width = 1] = logits.dims;
  const last = logits.data.subarray((rows - 1) * width, rows * width);
  const sumOf = (ids: readonly number[]) => Math.log(ids.reduce((sum, id) => sum + Math.exp(last[id]!), 0));
  const half = labels.length / 2;
  differences.push(sumOf(labels.slice(0, half)) - sumOf(labels.slice(half)));
}
const seconds: Record<string, number[]> = {};
for (const tokens of job.tokens) {
  seconds[tokens] = [];
  for (let round = 0; round < job.rounds; round += 1) seconds[tokens].push(await timed(tokens, job.prompts));
}
process.stdout.write(JSON.stringify({ differences, seconds } satisfies PeerReport));
process.exit(0);
