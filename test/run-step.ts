import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export type Step = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Print as it comes, not only where it fails. */
  readonly loud?: boolean;
};

export type StepResult = {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly output: string;
};

/** Runs one step with the project's own programs first on the path: the Node of the lock file, not the system's. */
export async function runStep(step: Step, root: string): Promise<StepResult> {
  const startMs = performance.now();
  const child = spawn(step.command, [...step.args], {
    cwd: root,
    env: {
      ...process.env,
      ...step.env,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output += chunk;
      if (step.loud) process.stdout.write(chunk);
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      output += String(error);
      resolve(null);
    });
    child.once('close', resolve);
  });
  return { name: step.name, ok: code === 0, ms: performance.now() - startMs, output };
}
