import type { BattleListJson, ListedJudgeJson } from '@agon/contract';
import { judgeKey, type Search } from './battle-address.ts';

/** Judges that are shown beside the votes unless the reader says otherwise. */
const MOST = 2;

/** Which judges have columns: those of the address, else the chosen one and the next, the chosen one last. */
export function shownJudges(
  { judges, judge }: Pick<BattleListJson, 'judges' | 'judge'>,
  search: Search,
): readonly ListedJudgeJson[] {
  const asked = search.get('judges');
  const isChosen = (each: ListedJudgeJson) => judge !== null && judgeKey(each) === judgeKey(judge);
  const others = judges.filter((each) => !isChosen(each));
  const shown =
    asked === null
      ? others.filter(({ control }) => !control).slice(0, MOST - 1)
      : others.filter((each) => keysIn(asked).includes(judgeKey(each)));
  return [...shown, ...judges.filter(isChosen)];
}

function keysIn(text: string): readonly string[] {
  try {
    return (JSON.parse(text) as unknown[]).map((key) => JSON.stringify(key));
  } catch {
    return [];
  }
}

/** The parameter that shows a judge, or hides it. */
export function toggledJudges(shown: readonly ListedJudgeJson[], judge: ListedJudgeJson): string {
  const keys = shown.map(judgeKey);
  const key = judgeKey(judge);
  const next = keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key];
  return `[${next.join(',')}]`;
}
