import { isOutcome } from '@agon/domain';
import { outcomeName } from '#lib/booth/outcome-name.ts';
import { m } from '#paraglide/messages.js';

/** What a label means, in words: an outcome, a row left out, or the winner's own name. */
export function labelName(means: string): string {
  if (isOutcome(means)) return outcomeName(means);
  if (means === 'skip') return m.workbench_label_skip();
  if (means === 'name') return m.workbench_label_name();
  return means;
}
