import type { JudgeJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { isControlJudge, type Judge } from '@agon/judging';
import type { Ports } from '../ports/ports.ts';
import { controlJudges } from './control-judges.ts';

/** Judges that can be asked. */
export async function listJudges(
  deps: Pick<Ports, 'judges'>,
): Promise<{ items: JudgeJson[]; next_cursor: null }> {
  return { items: (await allJudges(deps)).map(presentJudge), next_cursor: null };
}

/** @throws ArenaError('not_found') */
export async function getJudge(
  command: { readonly judge: string },
  deps: Pick<Ports, 'judges'>,
): Promise<JudgeJson> {
  return presentJudge(await requireJudge(command.judge, deps));
}

/** @throws ArenaError('not_found') that names those there are */
export async function requireJudge(id: string, deps: Pick<Ports, 'judges'>): Promise<Judge> {
  const judges = await allJudges(deps);
  const judge = judges.find((each) => each.id === id);
  if (judge !== undefined) return judge;
  throw new ArenaError('not_found', `There is no judge "${id}".`, {
    hint: `Judges: ${judges.map((each) => each.id).join(', ')}.`,
  });
}

async function allJudges(deps: Pick<Ports, 'judges'>): Promise<readonly Judge[]> {
  return [...(await deps.judges.all()), ...controlJudges()];
}

function presentJudge(judge: Judge): JudgeJson {
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
    origin: isControlJudge(judge.id) ? 'control' : 'built_in',
  };
}
