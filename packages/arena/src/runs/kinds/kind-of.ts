import { contentHash } from '@agon/domain';
import type { NewCall, RunKindName, RunRecord } from '../../ports/run-store.ts';
import { answers } from './answers.ts';
import { drift } from './drift.ts';
import { probe } from './probe.ts';
import type { RunKind, VerdictConfig } from './run-kind.ts';
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

/**
 * The tail of a run's id is random: nobody knows the nonces of its calls before it is started. Both orders of a battle have
 * one nonce, so that their requests begin alike and what is alike is read once. In runs from before, each call has its own.
 */
export function nonceOf(
  run: Pick<RunRecord, 'id' | 'config'>,
  call: Pick<NewCall, 'target' | 'repeat'> & ({ readonly id: number } | { readonly callId: number }),
): string {
  const { asked } = run.config as Pick<VerdictConfig, 'asked'>;
  const id = 'id' in call ? call.id : call.callId;
  const shown = asked?.nonce === 'target' ? `${call.target}/${call.repeat}` : id;
  return contentHash(`nonce/${run.id}/${shown}`).slice(0, NONCE_LENGTH);
}
