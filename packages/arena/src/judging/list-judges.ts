import type { JudgeJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { checkJudge, isControlJudge, type Judge, parseJudge } from '@agon/judging';
import { type Actor, hasRole, hasScope } from '../actor.ts';
import type { JudgeVersion } from '../ports/judge-store.ts';
import type { Ports } from '../ports/ports.ts';
import { controlJudges } from './control-judges.ts';

type Deps = Pick<Ports, 'judges' | 'judgeStore'>;

/**
 * Judges that can be asked: those that come with Agon and, for researchers, the newest version of each of their own.
 * @param command `archived`: those that were archived, and no others
 */
export async function listJudges(
  command: { readonly actor: Actor; readonly archived?: boolean },
  deps: Deps,
): Promise<{ items: JudgeJson[]; next_cursor: null }> {
  const [builtIn, own] = await Promise.all([
    allJudges(deps),
    seesOwn(command.actor) ? deps.judgeStore.newestOwn() : [],
  ]);
  const archived = command.archived === true;
  const shown = own.filter(({ archivedAtMs }) => (archivedAtMs !== null) === archived);
  return {
    items: [
      ...(archived ? [] : builtIn).map((judge) => presentJudge(judge)),
      ...shown.flatMap(presentVersion),
    ],
    next_cursor: null,
  };
}

/** @throws ArenaError('not_found') */
export async function getJudge(
  command: { readonly actor: Actor; readonly judge: string },
  deps: Deps,
): Promise<JudgeJson> {
  const found = await findJudge(command.judge, deps, seesOwn(command.actor));
  if (found === null) throw await noSuchJudge(command.judge, command.actor, deps);
  return presentJudge(found.judge, found.version);
}

/**
 * The judge that is asked under a name.
 * @param id `id`: as it comes with Agon, or its newest version; `id@hash`: that one version, for ever
 * @throws ArenaError('not_found') that names those there are
 */
export async function requireJudge(id: string, actor: Actor, deps: Deps): Promise<Judge> {
  const found = await findJudge(id, deps);
  if (found !== null && found.version?.archivedAtMs != null) {
    throw new ArenaError('invalid_request', `The judge "${id}" is archived.`, {
      hint: `Take it back first: agon judge restore ${found.judge.id}.`,
      at: { column: 'judge', value: id },
    });
  }
  if (found !== null) return found.judge;
  throw await noSuchJudge(id, actor, deps);
}

export type FoundJudge = { readonly judge: Judge; readonly version: JudgeVersion | null };

/** @param ofResearchers whether judges that were written here are looked at, too */
export async function findJudge(id: string, deps: Deps, ofResearchers = true): Promise<FoundJudge | null> {
  const builtIn = (await allJudges(deps)).find((each) => each.id === id || each.identity === id);
  if (builtIn !== undefined) return { judge: builtIn, version: null };
  if (!ofResearchers) return null;
  const version = id.includes('@')
    ? await deps.judgeStore.byIdentity(id)
    : ((await deps.judgeStore.newestOwn()).find(({ name }) => name === id) ?? null);
  return version === null ? null : { judge: parseJudge(version.source, version.identity), version };
}

export async function noSuchJudge(id: string, actor: Actor, deps: Deps): Promise<ArenaError> {
  const { items } = await listJudges({ actor }, deps);
  return new ArenaError('not_found', `There is no judge "${id}".`, {
    hint: `Judges: ${items.map((each) => each.id).join(', ')}.`,
  });
}

async function allJudges(deps: Pick<Ports, 'judges'>): Promise<readonly Judge[]> {
  return [...(await deps.judges.all()), ...controlJudges()];
}

function seesOwn(actor: Actor): boolean {
  return hasRole(actor, 'researcher') && hasScope(actor, 'read');
}

/** Nothing of a version that today's parser refuses: the list must not break because of it. */
function presentVersion(version: JudgeVersion): JudgeJson[] {
  const { judge } = checkJudge(version.source);
  return judge === null ? [] : [presentJudge(judge, version)];
}

function presentJudge(judge: Judge, version: JudgeVersion | null = null): JudgeJson {
  return {
    id: judge.id,
    title: judge.title,
    measures: judge.measures,
    mode: judge.mode,
    identity: judge.identity,
    template: judge.source,
    settings: {
      temperature: judge.settings.temperature,
      max_tokens: judge.settings.maxTokens,
      top_logprobs: judge.settings.topLogprobs,
      seed: judge.settings.seed,
    },
    labels: [...judge.labels],
    parser: judge.verdict.parser,
    needs: [...judge.needs],
    uses: [...judge.uses],
    order: judge.order,
    reask: judge.reask,
    probes: [...judge.probes],
    languages: Object.keys(judge.languages),
    template_hash: judge.templateHash,
    parser_hash: judge.parserHash,
    origin: version?.origin ?? (isControlJudge(judge.id) ? 'control' : 'built_in'),
    version: version?.version ?? null,
    author: version?.author ?? null,
    archived_at: version?.archivedAtMs == null ? null : new Date(version.archivedAtMs).toISOString(),
  };
}
