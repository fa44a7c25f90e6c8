import type { ImportResult } from '@agon/contract';
import { m } from '#paraglide/messages.js';
import { getLocale } from '#paraglide/runtime.js';

type Counts = Pick<
  ImportResult,
  'models' | 'prompts' | 'answers' | 'votes' | 'verdicts' | 'scores' | 'material'
>;

/** "6 models · 24 prompts · 144 answers": what there is, without what there is none of. */
export function foundText(counts: Counts): string {
  const said = (
    [
      [counts.models, m.common_models_count],
      [counts.prompts, m.common_prompts_count],
      [counts.answers, m.workbench_answers_count],
      [counts.votes, m.common_votes_count],
      [counts.verdicts, m.workbench_verdicts_count],
      [counts.scores, m.workbench_scores_count],
      [counts.material, m.workbench_material_count],
    ] as const
  ).flatMap(([count, say]) =>
    count === 0 ? [] : [say({ count, shown: count.toLocaleString(getLocale()) })],
  );
  return said.length === 0 ? m.workbench_nothing_new() : said.join(' · ');
}
