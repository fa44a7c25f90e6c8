import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArenaError } from '@agon/domain';
import { downloadFile, HubApiError, type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub';
import { bytesThere, fetchChecked, unreachable, type Wanted } from '../downloads/fetch-checked.ts';
import { megabytes, reportProgress } from '../downloads/report-progress.ts';
import { note } from '../print.ts';
import { chooseFiles } from './choose-files.ts';

const HUB = 'https://huggingface.co';
/** What was fetched, beside the model. */
const RECORD = 'agon-model.json';

export type ModelRequest = {
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly folder: string;
  readonly file?: string;
  readonly dtype?: string;
  readonly signal: AbortSignal;
  readonly pauseMs?: number;
};

export type FetchedModel = {
  readonly repo: string;
  readonly revision: string;
  readonly commit: string;
  readonly folder: string;
  readonly file: string;
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly state: 'kept' | 'fetched';
  }[];
};

type Hub = { readonly hubUrl: string; readonly accessToken?: string; readonly fetch: typeof fetch };

/**
 * A model's files out of a repository of the Hugging Face hub (or of what HF_ENDPOINT names), with checksums; what is
 * there already is not fetched again. HF_TOKEN opens repositories that ask for it.
 * @throws ArenaError not_found, provider_refused, provider_unreachable, invalid_file, storage_full
 */
export async function getModel(request: ModelRequest): Promise<FetchedModel> {
  const { repo, revision, folder, signal } = request;
  const hubUrl = (process.env.HF_ENDPOINT || HUB).replace(/\/+$/, '');
  const token = process.env.HF_TOKEN;
  let errorCode: string | null = null;
  const hub: Hub = {
    hubUrl,
    ...(token ? { accessToken: token } : {}),
    fetch: async (url, init) => {
      const reply = await fetch(url, { ...init, signal });
      if (!reply.ok) errorCode = reply.headers.get('x-error-code');
      return reply;
    },
  };
  try {
    const { sha: commit } = await modelInfo({ name: repo, revision, additionalFields: ['sha'], ...hub });
    const listed: ListFileEntry[] = [];
    for await (const entry of listFiles({ repo, revision: commit, recursive: true, ...hub })) {
      if (entry.type === 'file') listed.push(entry);
    }
    const { model, files } = chooseFiles(repo, listed, request);
    const wanted = files.map((entry) => wantedFile(repo, commit, entry, hub));
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
    const there = wanted.reduce((sum, each) => sum + bytesThere(join(folder, each.name), each), 0);
    for (const { name, bytes } of wanted) note(`${name}: ${megabytes(bytes)}`);
    note(
      `${megabytes(total)} in ${wanted.length} files of ${repo} at ${commit.slice(0, 12)}; ${megabytes(total - there)} to fetch.`,
    );
    mkdirSync(folder, { recursive: true });
    refuseFullDisk(folder, total - there);
    const onBytes = reportProgress(total);
    const done: FetchedModel['files'][number][] = [];
    for (const each of wanted) {
      const state = await fetchChecked(join(folder, each.name), each, {
        signal,
        onBytes,
        ...(request.pauseMs === undefined ? {} : { pauseMs: request.pauseMs }),
      });
      done.push({ path: each.name, bytes: each.bytes, state });
    }
    const fetched = { repo, revision, commit, folder, file: model, files: done };
    writeRecord(folder, fetched);
    return fetched;
  } catch (error) {
    if (error instanceof ArenaError || signal.aborted) throw error;
    if (error instanceof HubApiError) throw refusal(error, errorCode, repo, revision, hubUrl);
    if (error instanceof TypeError && /access token/i.test(error.message)) {
      throw new ArenaError('provider_refused', 'HF_TOKEN is no token of the hub: those begin with hf_.', {
        hint: 'Correct or unset it.',
      });
    }
    const kept = keptModel(request);
    if (kept === null) throw unreachable(`${repo} from ${hubUrl}`, error);
    note(`${hubUrl} cannot be reached: what was fetched before is taken.`);
    return kept;
  }
}

function wantedFile(repo: string, commit: string, entry: ListFileEntry, hub: Hub): Wanted {
  const { path, lfs, oid = '' } = entry;
  const bytes = lfs?.size ?? entry.size;
  return {
    name: path,
    bytes,
    hash: lfs?.oid ?? oid,
    // large files are listed with their SHA-256, small ones with what git calls them
    newHash: () => (lfs === undefined ? createHash('sha1').update(`blob ${bytes}\0`) : createHash('sha256')),
    open: async (from, signal) => {
      const blob = await downloadFile({
        repo,
        revision: commit,
        path,
        xet: false,
        ...hub,
        fetch: async (url, init) => {
          const reply = await hub.fetch(url, init);
          const isRange = new Headers(init?.headers).has('range');
          if (isRange && reply.status === 200) throw noRanges(path);
          return reply;
        },
      });
      if (blob === null) throw new ArenaError('not_found', `${repo} lists ${path}, and does not have it.`);
      if (blob.size !== bytes) {
        throw new ArenaError('invalid_file', `${path} has ${blob.size} bytes where ${repo} lists ${bytes}.`, {
          hint: 'Run the same command again; if it stays, the mirror is out of step.',
        });
      }
      signal.throwIfAborted();
      return (from === 0 ? blob : blob.slice(from)).stream();
    },
  };
}

function noRanges(path: string): ArenaError {
  return new ArenaError('provider_refused', `The server does not send parts of ${path}.`, {
    hint: 'HF_ENDPOINT must name a server that speaks the hub’s paths and follows Range.',
  });
}

function refusal(
  { statusCode, message }: HubApiError,
  code: string | null,
  repo: string,
  revision: string,
  hubUrl: string,
): ArenaError {
  const at = { value: repo };
  if (code === 'GatedRepo' || statusCode === 403) {
    return new ArenaError('provider_refused', `${repo} is given only to those who accepted its terms.`, {
      hint: `Accept them at ${hubUrl}/${repo}, make a token with read access there, and set HF_TOKEN.`,
      at,
    });
  }
  if (code === 'RevisionNotFound') {
    return new ArenaError('not_found', `${repo} has no revision "${revision}".`, {
      hint: 'Name a branch, a tag or a commit after the @.',
      at: { value: revision },
    });
  }
  if (statusCode === 401 || statusCode === 404) {
    return new ArenaError('not_found', `There is no model ${repo} at ${hubUrl}, or it is private.`, {
      hint: 'Look at the spelling (OWNER/NAME); for a private one set HF_TOKEN.',
      at,
    });
  }
  if (statusCode === 429) {
    return new ArenaError('rate_limited', `${hubUrl} takes no more requests for now.`, {
      hint: 'Wait some minutes, or set HF_TOKEN.',
    });
  }
  return new ArenaError('provider_unreachable', `${hubUrl} answered with ${statusCode}: ${message}`, {
    hint: 'Run the same command again: it continues where it stopped.',
  });
}

function refuseFullDisk(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize > bytes) return;
  throw new ArenaError(
    'storage_full',
    `${folder} has room for ${megabytes(bavail * bsize)}; ${megabytes(bytes)} are to be fetched.`,
    { hint: 'Make room, or name another folder with --dir.' },
  );
}

function writeRecord(folder: string, { folder: _, ...record }: FetchedModel): void {
  const path = join(folder, RECORD);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** What an earlier call fetched whole, where nothing else is asked for now. */
function keptModel({ repo, revision, folder, file, dtype }: ModelRequest): FetchedModel | null {
  const path = join(folder, RECORD);
  if (!existsSync(path)) return null;
  const record = JSON.parse(readFileSync(path, 'utf8')) as Omit<FetchedModel, 'folder'>;
  const isAsked = record.repo === repo && (record.revision === revision || record.commit === revision);
  if (!isAsked || dtype !== undefined || (file !== undefined && !record.file.includes(file))) return null;
  const files = record.files.map((each) => ({ ...each, state: 'kept' as const }));
  const isWhole = files.every(
    (each) => bytesThere(join(folder, each.path), { ...each, hash: '' }) === each.bytes,
  );
  return isWhole ? { ...record, folder, files } : null;
}
