import { ArenaError } from '@agon/domain';
import { writeJsonl } from '@agon/formats';
import {
  applies,
  BUNDLE_SCHEMA,
  type BundleHeader,
  type BundleRow,
  type Judge,
  type JudgedItem,
  parseJudge,
  prefillOf,
  renderJudge,
} from '@agon/judging';
import type { Actor } from '../actor.ts';
import { begun, type Exported } from '../data/streamed-export.ts';
import type { Ports } from '../ports/ports.ts';
import type { BundledVerdict, RunRecord } from '../ports/run-store.ts';
import { nonceOf } from './kinds/kind-of.ts';
import type { VerdictConfig } from './kinds/run-kind.ts';
import { requireRunRole } from './run-access.ts';

const PAGE = 200;
const encoder = new TextEncoder();

/**
 * A judge run as one file of JSON lines, from which another arena reads every reply again.
 * @throws ArenaError('invalid_request') for runs of another kind, for control judges, and for judges of single answers
 */
export async function exportRunBundle(
  command: { readonly actor: Actor; readonly run: string },
  deps: Pick<Ports, 'runs' | 'members'>,
): Promise<Exported> {
  const run = await requireRunRole(command.actor, command.run, 'viewer', deps);
  const config = run.config as VerdictConfig;
  if (run.kind !== 'verdicts' || config.source === '' || (config.mode ?? 'pairwise') !== 'pairwise') {
    throw new ArenaError('invalid_request', 'Only runs of judges that compare two answers make a bundle.', {
      hint:
        run.kind === 'verdicts'
          ? 'Export the campaign’s verdicts instead: `agon export --what verdicts`.'
          : 'Name a run of a judge: `agon runs list --kind verdicts`.',
    });
  }
  const judge = parseJudge(config.source, config.identity);
  return {
    body: await begun(lines(run, config, judge, deps)),
    byteLength: null,
    fileName: `${config.judge}-${run.id}.jsonl`,
    mediaType: 'application/x-ndjson',
  };
}

async function* lines(
  run: RunRecord,
  config: VerdictConfig,
  judge: Judge,
  { runs }: Pick<Ports, 'runs'>,
): AsyncGenerator<Uint8Array, undefined> {
  const header: BundleHeader = {
    schema: BUNDLE_SCHEMA,
    run: run.id,
    campaign: run.campaign,
    judge: config.judge,
    identity: config.identity,
    template_hash: judge.templateHash,
    parser_hash: judge.parserHash,
    model: run.model,
    source: config.source,
    ...(config.asked === undefined ? {} : { reply_form: config.asked.form }),
    orders: config.orders,
    seed: run.seed,
    standing: run.standing,
    started_at: new Date(run.startedAtMs).toISOString(),
  };
  yield encoder.encode(writeJsonl([header]));
  for (let after = 0; ; ) {
    const page = await runs.bundledVerdicts(run.id, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield encoder.encode(writeJsonl(page.map((verdict) => rowOf(run, config, judge, verdict))));
    after = last.seq;
  }
}

function rowOf(run: RunRecord, config: VerdictConfig, judge: Judge, verdict: BundledVerdict): BundleRow {
  const { models, prompt, answers, turns, category, language, order, reply } = verdict;
  const { reference = null, ...material } = verdict.material;
  const nonce = reply === null ? '' : nonceOf(run, { ...reply, repeat: verdict.repeat });
  const attempt = reply !== null && verdict.earlierReplies > 0 ? 1 : 0;
  const shown = turns ?? prompt.length;
  const item: JudgedItem = {
    prompt: prompt.slice(0, shown),
    candidates: [answers.a.slice(0, shown), answers.b.slice(0, shown)],
    language,
    category,
    reference,
    ...material,
  };
  const showing = { order: order === 'ba' ? [1, 0] : [0, 1], nonce, part: '', attempt };
  const request = reply !== null && applies(judge, item) ? renderJudge(judge, item, showing) : null;
  return {
    model_a: models.a,
    model_b: models.b,
    prompt,
    answer_a: answers.a,
    answer_b: answers.b,
    turn: turns,
    category,
    language,
    reference,
    material: Object.keys(material).length === 0 ? null : material,
    order,
    repeat: verdict.repeat,
    nonce,
    attempt,
    request:
      request === null
        ? null
        : {
            system: request.system,
            user: request.user,
            ...(config.asked?.prefill === true ? { prefill: prefillOf(judge, nonce, request.language) } : {}),
          },
    reply:
      reply === null
        ? null
        : {
            text: reply.texts.at(-1) ?? '',
            reasoning: reply.reasoning,
            finish_reason: reply.finishReason,
            logprobs: reply.logprobs,
            model: reply.model,
            fingerprint: reply.fingerprint,
          },
    outcome: verdict.outcome,
    unscored: verdict.unscored,
    share_a: verdict.shareA,
  };
}
