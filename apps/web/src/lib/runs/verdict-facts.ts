import type { JudgeRunJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';
import { countText } from './figures-text.ts';

/** What only verdicts have: whether the order of the answers decided. */
export function verdictFacts({ verdicts, probes }: JudgeRunJson): readonly string[] {
  const share = (value: number) => (100 * value).toFixed(0);
  const { a, b, tie } = verdicts.ok;
  return [
    m.workbench_run_outcomes({
      a: countText(a),
      b: countText(b),
      tie: countText(tie),
    }),
    ...(probes.position_consistency === null
      ? []
      : [m.workbench_consistency({ share: share(probes.position_consistency) })]),
    ...(probes.first_slot_rate === null
      ? []
      : [m.workbench_first_slot({ share: share(probes.first_slot_rate) })]),
  ];
}
