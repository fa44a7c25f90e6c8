import type { JudgeVersionJson } from '@agon/contract';
import type { Actor } from '../../actor.ts';
import { requireRole, requireScope } from '../../actor.ts';
import type { JudgeVersion } from '../../ports/judge-store.ts';
import type { Ports } from '../../ports/ports.ts';
import { findJudge, noSuchJudge } from '../list-judges.ts';

/**
 * Every version of a judge that was saved, or that came with Agon and was asked, newest first.
 * @throws ArenaError('not_found')
 */
export async function listJudgeVersions(
  command: {
    readonly actor: Actor;
    readonly judge: string;
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
  deps: Pick<Ports, 'judges' | 'judgeStore'>,
): Promise<{ items: JudgeVersionJson[]; next_cursor: string | null }> {
  const { actor, judge: name } = command;
  requireRole(actor, 'researcher');
  requireScope(actor, 'read');
  const stored = await deps.judgeStore.versions(name);
  const found = await findJudge(name, deps);
  if (found === null && stored.length === 0) throw await noSuchJudge(name, actor, deps);
  const current = found?.judge;
  // one that came with Agon and was never asked is not stored
  const isStored = current === undefined || stored.some(({ identity }) => identity === current.identity);
  const all: JudgeVersionJson[] = [
    ...(isStored
      ? []
      : [
          {
            judge: current.id,
            version: null,
            identity: current.identity,
            title: current.title,
            measures: current.measures,
            template: current.source,
            author: null,
            created_at: null,
            runs: 0,
          },
        ]),
    ...stored.map(presentJudgeVersion),
  ];
  const start =
    command.cursor === undefined ? 0 : 1 + all.findIndex((each) => each.identity === command.cursor);
  const page = all.slice(start, start + command.limit);
  const hasMore = all.length > start + command.limit;
  return { items: page, next_cursor: hasMore ? (page.at(-1)?.identity ?? null) : null };
}

export function presentJudgeVersion(version: JudgeVersion): JudgeVersionJson {
  return {
    judge: version.name,
    version: version.version,
    identity: version.identity,
    title: version.title,
    measures: version.measures,
    template: version.source,
    author: version.author,
    created_at: new Date(version.createdAtMs).toISOString(),
    runs: version.runs,
  };
}
