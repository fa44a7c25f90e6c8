import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export type PeerJob = {
  /** A folder whose node_modules has the peer. */
  readonly packages: string;
  /** The folder of the model, or its GGUF file. */
  readonly model: string;
  /** Name of the ONNX file. */
  readonly file: string;
  readonly threads: number;
  /** Chats with their template applied. */
  readonly prompts: readonly string[];
  /** Spellings of A, then as many of B. */
  readonly labels: readonly string[];
  /** How many new tokens a timed round writes. */
  readonly tokens: readonly number[];
  readonly rounds: number;
};

export type PeerReport = {
  /** log p(A) − log p(B) of each prompt, spellings summed. */
  readonly differences: readonly number[];
  /** Of each round over all prompts, by what was asked for. */
  readonly seconds: Readonly<Record<string, readonly number[]>>;
};

/**
 * Runs a peer's script to its end.
 * @param command that runs it; default: node
 * @throws Error with what it wrote where it failed
 */
export async function askPeer(
  script: string,
  job: PeerJob,
  command: string = process.execPath,
): Promise<PeerReport> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(command, [path], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(job));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, errors] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  const code = await ended;
  const last = out.toString('utf8').trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.startsWith('{'))
    throw new Error(`${script} ended with ${code}: ${errors.toString('utf8').slice(-2000)}`);
  return JSON.parse(last) as PeerReport;
}
