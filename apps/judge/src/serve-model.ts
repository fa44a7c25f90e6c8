import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ArenaError, isArenaError } from '@agon/domain';
import { type LoadOptions, LocalModel } from '@agon/inference/onnx';
import { createModelServer } from './serve/model-server.ts';

/** As the command line hands it over, in one JSON argument. */
type ServeOptions = LoadOptions & { readonly host: string; readonly port: number; readonly mostOpen: number };

/** Replies that are being written have so long when the server is told to end. */
const DRAIN_MS = 10_000;

const print = (event: Readonly<Record<string, unknown>>) =>
  process.stdout.write(`${JSON.stringify(event)}\n`);
// the reader of these lines may be gone before this process
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const abort = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => abort.abort());

try {
  const startMs = performance.now();
  const { host, port, mostOpen, ...load } = JSON.parse(process.argv[2] ?? '{}') as ServeOptions;
  const model = new LocalModel(load);
  const info = await model.info();
  const server = createModelServer({ model, info, mostOpen, isEnding: () => abort.signal.aborted });
  server.listen(port, host);
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => Promise.reject(error)),
  ]);
  const { port: bound } = server.address() as AddressInfo;
  print({
    event: 'ready',
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/v1`,
    model: info.name,
    file: info.file,
    execution_provider: info.executionProvider,
    piece_tokens: info.reading.pieceTokens,
    attention: info.reading.attention,
    numeric: info.numeric,
    kernels: info.kernels,
    measured: info.measured.map(({ kernel, prefillTokensPerS, decodeTokensPerS }) => ({
      kernel,
      prefill_tokens_per_s: Math.round(prefillTokensPerS),
      decode_tokens_per_s: Number(decodeTokensPerS.toFixed(1)),
    })),
    batches: info.batches,
    context_tokens: info.contextTokens,
    memory: {
      bytes: info.memory.bytes,
      most_bytes: info.memory.mostBytes,
      files: info.memory.parts.files,
      float_weights: info.memory.parts.floatWeights,
      keys_and_values: info.memory.parts.keysAndValues,
      prefix_cache: info.memory.parts.prefixCache,
      logits: info.memory.parts.logits,
      rows: info.memory.rows,
    },
    fingerprint: info.fingerprint,
    notes: info.notes,
    pid: process.pid,
    ms: Math.round(performance.now() - startMs),
  });
  if (!abort.signal.aborted) await once(abort.signal, 'abort');
  server.close();
  server.closeIdleConnections();
  const deadline = performance.now() + DRAIN_MS;
  while (model.open > 0 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  server.closeAllConnections();
  await model.unload();
  process.exit(0);
} catch (thrown) {
  const code = (thrown as NodeJS.ErrnoException).code;
  const error = isArenaError(thrown)
    ? thrown
    : code === 'EADDRINUSE'
      ? new ArenaError('port_taken', 'The port is taken.', {
          hint: 'Give another one, or --port 0 for any that is free.',
        })
      : new ArenaError('internal', thrown instanceof Error ? thrown.message : String(thrown));
  print({
    event: 'error',
    code: error.code,
    message: error.message,
    hint: error.hint ?? null,
    at: error.at ?? null,
  });
  process.exit(2);
}
