import type { ImportResult } from '@agon/contract';
import { m } from '#paraglide/messages.js';
import { getLocale } from '#paraglide/runtime.js';
import type { ImportRules } from './import-session.svelte.ts';

type Warning = ImportResult['warnings'][number];

/** A warning of an import under the rules that hold now; one that is newer than this page in the server's own words. */
export function warningText({ code, message, count, what = '' }: Warning, rules: ImportRules): string {
  if (count === undefined) return message;
  const counts = { count, shown: count.toLocaleString(getLocale()) };
  if (code === 'not_blind')
    return rules.unblinded === 'drop'
      ? m.workbench_warning_not_blind(counts)
      : m.workbench_warning_not_blind_kept(counts);
  if (code === 'oversampled')
    return rules.oversampled === 'drop'
      ? m.workbench_warning_oversampled_left(counts)
      : m.workbench_warning_oversampled(counts);
  if (code === 'passed_over')
    return what === 'skipped'
      ? m.workbench_warning_skipped(counts)
      : m.workbench_warning_passed_over({ ...counts, what });
  return message;
}
