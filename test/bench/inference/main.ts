/**
 * `npm run bench:inference -- --model DIR [--gguf FILE] [--battles N] [--ep cuda]`: verdicts a second of a local judge, as the
 * judge service asks it: both orders of each battle, the probabilities of two letters, on this machine. Peers in the same
 * run, on the same prompts: @huggingface/transformers where AGON_BENCH_TRANSFORMERS is a folder that has it (`npm i
 * @huggingface/transformers@4.3.0`), on the quicker of the model's ONNX files, and node-llama-cpp where
 * AGON_BENCH_NODE_LLAMA is one (`npm i node-llama-cpp@3.22.1`) and --gguf is named. On a card, vLLM where AGON_BENCH_VLLM is a
 * Python that has it and --hf names a folder with the model's safetensors. Ours and each peer run alone, one after
 * the other, and the quickest round of each counts. With --ep, ours is asked on that execution provider and on the processor,
 * and their numbers are compared.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  chatTemplate,
  LocalModel,
  type LocalRequest,
  type NumericMode,
  openModelFolder,
} from '@agon/inference/onnx';
import { judgePrompts } from './judge-prompts.ts';
import { measureGemm } from './measure-gemm.ts';
import { askPeer, type PeerReport } from './peer.ts';

const ROUNDS = 3;
const LABELS = ['A', ' A', 'B', ' B'];
/** Tokens of a long reply, and of one whose speed of writing is measured. */
const LONG = 16;
const WRITTEN = 64;
/** Replies that a run has in flight. */
const TOGETHER = 8;
/** Preferences that are nearer to even may turn over by rounding. */
const CLEAR = 0.5;
/** Multiples of a peer's verdicts a second, and shares of a peak. */
const GOALS = {
  transformersOne: 2.3,
  transformersLong: 3,
  llamaNext: 3,
  llamaGrammar: 5,
  gemm: 0.8,
  writing: 0.9,
};
const NEVER = new AbortController().signal;

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    gguf: { type: 'string' },
    battles: { type: 'string', default: '8' },
    ep: { type: 'string', default: 'cpu' },
    hf: { type: 'string' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
if (values.model === undefined || !existsSync(join(values.model, 'config.json'))) {
  say('Give --model DIR: a Hugging Face ONNX export, such as `agon models get` fetches.');
  process.exit(2);
}
const folder = resolve(values.model);
const threads = availableParallelism();
const chats = judgePrompts(Number(values.battles));
const render = chatTemplate(openModelFolder(folder));
const prompts = chats.map((messages) => render(messages));
const mark = (what: string, ratio: number, goal: number) =>
  say(`${what}: ratio ${ratio.toFixed(2)}, goal ${goal} ${ratio >= goal ? 'met' : 'missed'}`);

type Ours = {
  readonly verdictsPerS: number;
  readonly differences: readonly number[];
  readonly logprobs: readonly number[];
  /** Tokens of prompts that were read, those of the cache left out, a second. */
  readonly readPerS: number;
  /** Tokens of a reply alone, and of several that are written at once. */
  readonly writtenPerS: number;
  readonly writtenTogetherPerS: number;
};

const request = (text: string, more: Partial<LocalRequest> = {}): LocalRequest => ({
  prompt: { kind: 'text', text },
  ...{ maxTokens: 1, temperature: 0, topP: 1, seed: null, stop: [], topLogprobs: null, echo: false },
  labels: LABELS,
  ...more,
});

/** Tokens a second, the first of each reply left out: it comes with the prompt. */
async function writingSpeed(model: LocalModel, texts: readonly string[]): Promise<number> {
  const before = model.counts!;
  const more = { maxTokens: WRITTEN, labels: [], stop: [] };
  const replies = await Promise.all(texts.map((text) => model.ask(request(text, more), NEVER)));
  const tokens = replies.reduce((sum, { completionTokens }) => sum + completionTokens - 1, 0);
  return (1000 * tokens) / (model.counts!.decodeMs - before.decodeMs);
}

/** Asks all prompts at once, as a run has them in flight; the model is loaded anew for each round, so nothing is known. */
async function askOurs(numeric: NumericMode, executionProvider: string): Promise<Ours> {
  let best: Ours | null = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const model = new LocalModel({
      folder,
      file: null,
      numeric,
      executionProvider,
      threads: null,
      weightBytes: null,
    });
    const info = await model.info();
    if (round === 0) {
      const { prefill, decode } = info.kernels;
      say(
        `ours, ${numeric} on ${info.executionProvider}: ${info.numeric}, prompts by ${JSON.stringify(prefill)}, replies by ${JSON.stringify(decode)}; loaded in ${(info.loadMs / 1000).toFixed(1)} s`,
      );
      for (const note of info.notes) say(`  ${note}`);
    }
    const startMs = performance.now();
    const replies = await Promise.all(prompts.map((text) => model.ask(request(text), NEVER)));
    const seconds = (performance.now() - startMs) / 1000;
    const counts = model.counts!;
    const { prefillMs, promptTokens, cachedTokens } = counts;
    const alone = await writingSpeed(model, prompts.slice(0, 1));
    const together = await writingSpeed(model, prompts.slice(0, TOGETHER));
    await model.unload();
    const sumOf = (labels: readonly { readonly logprob: number }[]) =>
      Math.log(labels.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0));
    const found: Ours = {
      verdictsPerS: prompts.length / seconds,
      differences: replies.map(({ labels }) => sumOf(labels.slice(0, 2)) - sumOf(labels.slice(2))),
      logprobs: replies.flatMap(({ labels }) => labels.map(({ logprob }) => logprob)),
      readPerS: (1000 * (promptTokens - cachedTokens)) / prefillMs,
      writtenPerS: alone,
      writtenTogetherPerS: together,
    };
    if (round === 0) {
      const { batches, batchTokens, paddedTokens } = counts;
      const padding = paddedTokens === 0 ? 0 : 1 - batchTokens / paddedTokens;
      say(
        `  ${promptTokens} tokens in ${prompts.length} prompts, ${cachedTokens} of them read once for several; ${batches} batches, ${(100 * padding).toFixed(0)} % of them padding`,
      );
    }
    if (best === null || found.verdictsPerS > best.verdictsPerS) best = found;
  }
  say(
    `  ${best!.verdictsPerS.toFixed(2)} verdicts/s, ${best!.readPerS.toFixed(0)} tokens/s read, ${best!.writtenPerS.toFixed(1)} tokens/s written in one reply, ${best!.writtenTogetherPerS.toFixed(1)} in ${TOGETHER} at once`,
  );
  return best!;
}

/** Operations that a token takes in the products of the layers, of a Llama-shaped model. */
function flopsPerToken(): number {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, number>;
  const { hidden_size: hidden = 0, num_hidden_layers: layers = 0, intermediate_size: inner = 0 } = config;
  const heads = config.num_attention_heads ?? 1;
  const head = config.head_dim ?? hidden / heads;
  const shared = (config.num_key_value_heads ?? heads) * head;
  return 2 * layers * (2 * hidden * heads * head + 2 * hidden * shared + 3 * hidden * inner);
}

function compare(name: string, ours: Ours, peer: PeerReport): void {
  const pairs = ours.differences.map((mine, at) => [mine, peer.differences[at]!] as const);
  const clear = pairs.filter(([mine]) => Math.abs(mine) > CLEAR);
  const same = clear.filter(([mine, theirs]) => Math.sign(mine) === Math.sign(theirs)).length;
  const worst = Math.max(...pairs.map(([mine, theirs]) => Math.abs(mine - theirs)));
  say(
    `${name}: the same letter in ${same} of ${clear.length} clear cases of ${pairs.length}; log p(A) − log p(B) at most ${worst.toFixed(2)} apart`,
  );
}

const quickest = (report: PeerReport, what: string) =>
  prompts.length / Math.min(...(report.seconds[what] ?? [Number.POSITIVE_INFINITY]));
/** Tokens a second between two lengths of reply. */
const writingOf = (report: PeerReport, short: number, long: number) =>
  (prompts.length * (long - short)) /
  (Math.min(...report.seconds[long]!) - Math.min(...report.seconds[short]!));

say(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${threads} cores, load ${loadavg()[0]?.toFixed(2)}, Node ${process.version}`,
);
say(`${values.battles} battles in both orders, ${prompts.length} prompts`);
const gemm = await measureGemm(threads);
say(`float32 product of two matrices: ${gemm.toFixed(0)} GFLOP/s`);
const exact = await askOurs('float32', values.ep);
if (values.ep === 'cpu') {
  mark('prompts against that product', (exact.readPerS * flopsPerToken()) / 1e9 / gemm, GOALS.gemm);
} else {
  const here = await askOurs('float32', 'cpu');
  const worst = Math.max(...exact.logprobs.map((each, at) => Math.abs(each - here.logprobs[at]!)));
  say(
    `${values.ep} and cpu: log-probabilities at most ${worst.toExponential(1)} apart; ${(exact.verdictsPerS / here.verdictsPerS).toFixed(1)} times as quick`,
  );
}
const quick = values.ep === 'cpu' ? await askOurs('auto', 'cpu') : exact;
const ours = quick.verdictsPerS > exact.verdictsPerS ? quick : exact;

const common = { threads, prompts, labels: LABELS, rounds: ROUNDS };
let writing = 0;
const transformers = process.env.AGON_BENCH_TRANSFORMERS;
if (transformers === undefined)
  say('@huggingface/transformers: left out; AGON_BENCH_TRANSFORMERS names no folder');
else {
  const files = ['model.onnx', 'model_int8_activations.onnx'].filter((file) =>
    existsSync(join(folder, 'onnx', file)),
  );
  let best: { readonly file: string; readonly report: PeerReport } | null = null;
  for (const file of files) {
    const job = { ...common, packages: resolve(transformers), model: folder, file, tokens: [1, LONG] };
    const report = await askPeer('./transformers-peer.ts', job);
    say(
      `@huggingface/transformers, ${file}: ${quickest(report, '1').toFixed(2)} calls/s with 1 new token, ${quickest(report, `${LONG}`).toFixed(2)} with ${LONG}`,
    );
    if (best === null || quickest(report, '1') > quickest(best.report, '1')) best = { file, report };
  }
  if (best !== null) {
    mark(
      `verdicts/s against it, 1 new token (${best.file})`,
      ours.verdictsPerS / quickest(best.report, '1'),
      GOALS.transformersOne,
    );
    mark(
      `verdicts/s against it, ${LONG} new tokens`,
      ours.verdictsPerS / quickest(best.report, `${LONG}`),
      GOALS.transformersLong,
    );
    writing = Math.max(writing, writingOf(best.report, 1, LONG));
    compare('  and it', exact, best.report);
  }
}

const llama = process.env.AGON_BENCH_NODE_LLAMA;
if (llama === undefined || values.gguf === undefined)
  say('node-llama-cpp: left out; it needs AGON_BENCH_NODE_LLAMA and --gguf FILE');
else {
  const job = {
    ...common,
    packages: resolve(llama),
    model: resolve(values.gguf),
    file: '',
    tokens: [1, LONG],
  };
  const report = await askPeer('./node-llama-peer.ts', job);
  say(
    `node-llama-cpp: ${quickest(report, 'probabilities').toFixed(2)} calls/s by probabilities, ${quickest(report, 'grammar').toFixed(2)} by grammar, ${quickest(report, `${LONG}`).toFixed(2)} with ${LONG} free tokens`,
  );
  mark(
    'verdicts/s against it, probabilities',
    ours.verdictsPerS / quickest(report, 'probabilities'),
    GOALS.llamaNext,
  );
  mark('verdicts/s against it, grammar', ours.verdictsPerS / quickest(report, 'grammar'), GOALS.llamaGrammar);
  writing = Math.max(writing, writingOf(report, 1, LONG));
  compare('  and it', exact, report);
}
const vllm = process.env.AGON_BENCH_VLLM;
if (vllm === undefined || values.hf === undefined)
  say(
    'vLLM: left out; it needs AGON_BENCH_VLLM, a Python that has it, a card, and --hf DIR with the same model',
  );
else {
  const job = { ...common, packages: '', model: resolve(values.hf), file: '', tokens: [1, LONG] };
  const report = await askPeer('../peers/vllm_peer.py', job, vllm);
  say(
    `vLLM: ${quickest(report, '1').toFixed(2)} calls/s with 1 new token, ${quickest(report, `${LONG}`).toFixed(2)} with ${LONG}`,
  );
  say(`verdicts/s against it, 1 new token: ratio ${(ours.verdictsPerS / quickest(report, '1')).toFixed(2)}`);
  compare('  and it', exact, report);
}
if (writing > 0) {
  const bestOf = (what: 'writtenPerS' | 'writtenTogetherPerS') =>
    Math.max(exact[what], quick[what]) / writing;
  mark('tokens/s of one reply against the quicker peer', bestOf('writtenPerS'), GOALS.writing);
  mark(`tokens/s of ${TOGETHER} replies at once against it`, bestOf('writtenTogetherPerS'), GOALS.writing);
}
process.exit(0);
