import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type JudgedItem, parseJudge, renderJudge } from '@agon/judging';

type PromptRow = { readonly prompt_id: string; readonly turns: readonly string[] };
type AnswerRow = { readonly prompt_id: string; readonly model: string; readonly answer: readonly string[] };
export type ChatMessages = readonly {
  readonly role: 'system' | 'user';
  readonly content: string;
}[];

const file = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
const rowsOf = <T>(name: string): T[] =>
  file(`packages/arena/data/demo/${name}.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

/**
 * The battles of the demo with the shortest texts, first turns alone, as `pair-quick` asks about them in both orders, each
 * battle with a nonce of its own: what a judge run sends.
 */
export function judgePrompts(battles: number): readonly ChatMessages[] {
  const judge = parseJudge(file('judges/pair-quick/judge.md'));
  const answers = Map.groupBy(rowsOf<AnswerRow>('answers'), (row) => row.prompt_id);
  const lengthOf = ({ prompt, candidates }: JudgedItem) => [...prompt, ...candidates.flat()].join('').length;
  const items = rowsOf<PromptRow>('prompts')
    .flatMap(({ prompt_id: id, turns }) => {
      const known = answers.get(id) ?? [];
      return known.flatMap((one, at) =>
        known.slice(at + 1).map(
          (other): JudgedItem => ({
            prompt: turns.slice(0, 1),
            candidates: [one.answer.slice(0, 1), other.answer.slice(0, 1)],
            language: null,
            category: null,
          }),
        ),
      );
    })
    .filter(({ candidates: [a, b] }) => a?.[0] !== b?.[0] && a?.[0]?.trim() !== '' && b?.[0]?.trim() !== '')
    .sort((one, other) => lengthOf(one) - lengthOf(other))
    .slice(0, battles);
  return items.flatMap((item, battle) =>
    [
      [0, 1],
      [1, 0],
    ].map((order): ChatMessages => {
      const nonce = (battle + 1).toString(36).padStart(8, 'n');
      const { system, user } = renderJudge(judge, item, { order, nonce, part: '', attempt: 0 });
      return [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ];
    }),
  );
}
