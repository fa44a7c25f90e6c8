import { CONTROL_JUDGES } from '@agon/judging';
import type { Actor } from '../actor.ts';
import { type JudgeRunPorts, startJudgeRun } from './start-judge-run.ts';

/** Calls that are read ahead; a rule is as quick as the database. */
const CONCURRENCY = 64;

/** Every control judge about every battle of a campaign, in both orders: what reports of judges compare with. */
export async function startControlRuns(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: JudgeRunPorts,
): Promise<void> {
  for (const judge of CONTROL_JUDGES) {
    await startJudgeRun(
      {
        ...command,
        judge,
        model: '',
        provider: null,
        baseUrl: null,
        apiKeyEnv: null,
        concurrency: CONCURRENCY,
        budgetUsd: null,
        seed: 1,
        orders: 'both',
        limit: null,
        repeat: 1,
      },
      deps,
    );
  }
}
