import { contentHash } from '@agon/domain';
import type { LeasedCall, RunKindName, RunRecord, StoredReply } from '../../ports/run-store.ts';
import { answers } from './answers.ts';
import { drift } from './drift.ts';
import { probe } from './probe.ts';
import type { RunKind } from './run-kind.ts';
import { trial } from './trial.ts';
import { verdicts } from './verdicts.ts';

const KINDS = { verdicts, answers, probe, trial, drift } as const satisfies Readonly<
  Record<RunKindName, unknown>
>;

/** The kind of a run. Its configuration is the one that the same kind stored. */
export function kindOf(run: Pick<RunRecord, 'kind'>): RunKind<RunRecord['config']> {
  return KINDS[run.kind] as unknown as RunKind<RunRecord['config']>;
}

const NONCE_LENGTH = 10;

/** The tail of a run's id is random: nobody knows the nonces of its calls before it is started. */
export function nonceOf(
  run: Pick<RunRecord, 'id'>,
  call: Pick<LeasedCall, 'id'> | Pick<StoredReply, 'callId'>,
): string {
  const id = 'id' in call ? call.id : call.callId;
  return contentHash(`nonce/${run.id}/${id}`).slice(0, NONCE_LENGTH);
}
