import { spawnSync } from 'node:child_process';
import { ArenaError } from '@agon/domain';

/**
 * The index of Python packages that this machine uses: named, or pip's own (its settings, its environment, its default).
 * @throws ArenaError('unknown_option') where nothing names one
 */
export function findIndex(named: string | undefined): string {
  const index = named ?? (process.env.PIP_INDEX_URL || askPip());
  if (index !== null && URL.canParse(index) && /^https?:$/.test(new URL(index).protocol))
    return index.replace(/\/+$/, '');
  throw new ArenaError(
    'unknown_option',
    index === null
      ? 'Nothing on this machine says which Python package index it uses.'
      : `"${index}" is no address of a package index.`,
    {
      hint: 'Name the simple index of your mirror, or Python’s own: --index https://HOST/simple.',
      at: { column: 'index', ...(index === null ? {} : { value: index }) },
    },
  );
}

/** pip prints the index that it uses, from wherever it has it, in its help. */
function askPip(): string | null {
  for (const program of ['python3', 'python']) {
    const { status, stdout } = spawnSync(program, ['-m', 'pip', 'help', 'install'], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, COLUMNS: '200' },
    });
    const found = status === 0 ? /\(default:?\s+(https?:\/\/[^\s)]+)\)/.exec(stdout)?.[1] : undefined;
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * Where a wheel of a package is.
 * @throws ArenaError not_found, provider_unreachable
 */
export async function findWheel(
  index: string,
  project: string,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  const page = `${index}/${project}/`;
  const reply = await fetch(page, {
    headers: { accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.5' },
    signal,
  });
  if (!reply.ok && reply.status !== 404) {
    throw new ArenaError('provider_unreachable', `${page} answered with ${reply.status}.`, {
      hint: 'Run the same command again later, or name another index with --index.',
    });
  }
  const text = reply.ok ? await reply.text() : '';
  const links = reply.headers.get('content-type')?.includes('json')
    ? (JSON.parse(text) as { readonly files: readonly { readonly url: string }[] }).files.map(
        ({ url }) => url,
      )
    : [...text.matchAll(/href\s*=\s*["']([^"']+)["']/gi)].map(([, link]) => link!.replaceAll('&amp;', '&'));
  for (const link of links) {
    const url = new URL(link, reply.url);
    url.hash = '';
    if (decodeURIComponent(url.pathname).endsWith(`/${file}`)) return url.href;
  }
  throw new ArenaError('not_found', `${page} has no ${file}.`, {
    hint: 'Name an index that has it with --index: a mirror may keep only some packages.',
    at: { value: file },
  });
}
