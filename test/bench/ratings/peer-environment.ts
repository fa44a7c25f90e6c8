import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PYTHON_PACKAGES = [
  'arena-rank==0.1.1',
  'evalica==0.4.2',
  'choix==0.4.1',
  'jax==0.8.1',
  'numpy==2.3.3',
  'scipy==1.17.1',
  'pandas==3.1.1',
  'scikit-learn==1.9.1',
  'pyarrow==26.0.1',
  'tqdm',
];
const NPM_PACKAGES = ['elo-rank@1.0.4'];

export type PeerEnvironment = {
  readonly python: string;
  readonly packages: string;
  /** FastChat's file, which no release has; null where it is not at hand. */
  readonly fastchat: string | null;
};

/** Installs the peers, once, in AGON_BENCH_CACHE or a folder of the system's temporary one; null without Python. */
export function preparePeers(): PeerEnvironment | null {
  const folder = process.env.AGON_BENCH_CACHE ?? join(tmpdir(), 'agon-bench-peers');
  mkdirSync(folder, { recursive: true });
  const python = join(folder, 'venv/bin/python');
  const install = (command: string, args: readonly string[]): void => {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  try {
    if (!existsSync(python)) {
      install('python3', ['-m', 'venv', join(folder, 'venv')]);
      install(python, ['-m', 'pip', 'install', '--quiet', ...PYTHON_PACKAGES]);
    }
    if (!existsSync(join(folder, 'npm/node_modules'))) {
      mkdirSync(join(folder, 'npm'), { recursive: true });
      install('npm', ['install', '--silent', '--no-save', '--prefix', join(folder, 'npm'), ...NPM_PACKAGES]);
    }
  } catch (fault) {
    process.stderr.write(`The peers could not be installed: ${String(fault)}\n`);
    return null;
  }
  const fastchat = process.env.FASTCHAT_RATING_SYSTEMS ?? join(folder, 'fastchat/rating_systems.py');
  return { python, packages: join(folder, 'npm'), fastchat: existsSync(fastchat) ? fastchat : null };
}
