import type { RunKindName } from '../../ports/run-store.ts';
import { formSettings } from './asked-form.ts';
import type { RunKind, VerdictConfig } from './run-kind.ts';
import { verdicts } from './verdicts.ts';

/**
 * The same requests as a run of verdicts, read by the same rules, whose readings land nowhere. What a reply says is told
 * from it when somebody looks.
 */
export function landNowhere<Config extends VerdictConfig>(name: RunKindName): RunKind<Config> {
  return {
    name,
    parser: verdicts.parser,
    results: verdicts.results,
    plan: (config, seed, battles) => verdicts.plan(config, seed, battles),
    needs: (call) => verdicts.needs?.(call) ?? {},
    unasked(config, call, material) {
      const read = verdicts.unasked?.(config, call, material) ?? null;
      return read === null ? null : { ...read, reading: null };
    },
    settings: formSettings,
    render: (config, call, material, nonce, attempt) =>
      verdicts.render(config, call, material, nonce, attempt),
    read: (config, call, outcome, nonce, material) => ({
      ...verdicts.read(config, call, outcome, nonce, material),
      reading: null,
    }),
  };
}
