import type { RunJson } from '@agon/contract';

/** Runs of `after` that stood in another state before: what a reader who cannot see the table should hear. */
export function changedStates(before: readonly RunJson[], after: readonly RunJson[]): readonly RunJson[] {
  const states = new Map(before.map((run) => [run.run, run.state]));
  return after.filter((run) => (states.get(run.run) ?? run.state) !== run.state);
}
