import type { BattleQueryJson } from '@agon/contract';
import type { RunId } from '@agon/domain';
import type { BattleQuery } from '../ports/battle-browser.ts';

const flag = (text: 'true' | 'false' | undefined) => (text === undefined ? undefined : text === 'true');

/** What a request asks for, in the words of the port. */
export function toBattleQuery(query: BattleQueryJson): BattleQuery {
  const { q, model, against, run, note, quarantined, judge, judge_model: judgeModel, sort, ...rest } = query;
  return {
    sort,
    judge: judge === undefined ? null : { identity: judge, model: judgeModel ?? null },
    filter: {
      ...rest,
      text: q,
      models: [...new Set([model, against].filter((name) => name !== undefined))],
      run: run as RunId | undefined,
      hasNote: flag(note),
      isQuarantined: flag(quarantined),
    },
  };
}
