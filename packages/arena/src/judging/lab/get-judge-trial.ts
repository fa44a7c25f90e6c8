import type { JudgeTrialJson, TrialItemJson, TrialReadingJson } from '@agon/contract';
import type { BattleId, RunId } from '@agon/domain';
import { type Judge, parseJudge, readJudgeReply } from '@agon/judging';
import { compareJudges } from '@agon/rating';
import type { Actor } from '../../actor.ts';
import type { AskedCall, TriedBattle } from '../../ports/lab-store.ts';
import type { ModelRequest } from '../../ports/model-client.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRecord } from '../../ports/run-store.ts';
import { wholeText } from '../../runs/kinds/asked-form.ts';
import { nonceOf } from '../../runs/kinds/kind-of.ts';
import type { Material, TrialConfig } from '../../runs/kinds/run-kind.ts';
import { trial } from '../../runs/kinds/trial.ts';
import { loadMaterial } from '../../runs/load-material.ts';
import { callsOf, errorsOf, noSuchRun, requireRun, secondsOf, tokensOf } from '../../runs/present-run.ts';
import { requireRunRole } from '../../runs/run-access.ts';
import { scoreTexts } from '../../runs/score-texts.ts';
import { asJudged, changedByOrder, outcomesOf, stateOf, totalsOf } from './trial-totals.ts';

/** Characters of a prompt that tell it from others in a list. */
const PROMPT_HEAD = 200;

export type TrialPorts = Pick<
  Ports,
  'runs' | 'members' | 'lab' | 'judgeStore' | 'battles' | 'content' | 'clock'
>;

/** A dry run, at any moment of it. @throws ArenaError('not_found') */
export async function getJudgeTrial(
  command: { readonly actor: Actor; readonly run: string },
  deps: TrialPorts,
): Promise<JudgeTrialJson> {
  const run = await requireRunRole(command.actor, command.run, 'viewer', deps);
  return presentJudgeTrial(run.id, deps);
}

export async function presentJudgeTrial(id: RunId, deps: TrialPorts): Promise<JudgeTrialJson> {
  const run = await requireRun(id, deps);
  if (run.kind !== 'trial' || run.campaignId === null) throw noSuchRun();
  const config = run.config as TrialConfig;
  const judge = parseJudge(config.source, config.identity);
  const [counts, calls, battles] = await Promise.all([
    deps.runs.counts(id),
    deps.lab.calls(id),
    deps.lab.battles(run.campaignId, config.battles as BattleId[]),
  ]);
  const material = await loadMaterial(trial, run.campaignId, calls, deps);
  const byId = new Map(battles.map((battle) => [battle.id as string, battle]));
  const items = config.battles.flatMap((battleId): TrialItemJson[] => {
    const battle = byId.get(battleId);
    // a battle of an import that was undone meanwhile is gone, and with it what was said of it
    if (battle === undefined) return [];
    const readings = calls
      .filter((call) => call.target === battleId)
      .map((call) => presentReading(run, judge, call, material));
    return [presentItem(battle, readings, config.chosen.includes(battleId))];
  });
  return {
    run: run.id,
    campaign: run.campaign ?? '',
    judge: config.judge,
    identity: config.identity,
    draft: config.isDraft,
    provider: run.provider,
    model: run.model,
    state: run.state,
    error: run.error,
    seconds: secondsOf(run, deps.clock.now()),
    seed: run.seed,
    calls: callsOf(counts),
    tokens: tokensOf(counts),
    cost: counts.costUsd,
    errors: errorsOf(run, counts),
    items,
    totals: totalsOf(items),
    against: await againstSaved(run, config, items, byId, deps),
  };
}

function presentItem(
  battle: TriedBattle,
  readings: readonly TrialReadingJson[],
  chosen: boolean,
): TrialItemJson {
  return {
    battle: battle.id,
    chosen,
    prompt_key: battle.promptKey,
    prompt: battle.prompt.slice(0, PROMPT_HEAD),
    category: battle.category,
    model_a: battle.models.a,
    model_b: battle.models.b,
    people: { ...battle.people },
    state: stateOf(battle.people, readings),
    readings: [...readings],
  };
}

function presentReading(run: RunRecord, judge: Judge, call: AskedCall, material: Material): TrialReadingJson {
  const nonce = nonceOf(run, call);
  const request = trial.render(run.config as TrialConfig, call, material, nonce);
  const { reply } = call;
  const read =
    reply === null
      ? null
      : readJudgeReply(
          judge,
          { ...reply, text: wholeText(judge, run.config as TrialConfig, reply, nonce) },
          showingOf(call.order, nonce),
        );
  const preference = read?.kind === 'preference' ? read : null;
  // what came to its end without being asked: equal answers are a tie
  const unasked = call.state === 'done' && reply === null ? asJudged(call.label) : null;
  const unread = call.state === 'done' && unasked === null ? call.label : null;
  const outcome = preference?.outcome ?? unasked;
  const hasEnded = call.state === 'done' || call.state === 'failed';
  return {
    order: call.order,
    state: !hasEnded
      ? 'waiting'
      : outcome !== null
        ? 'scored'
        : call.state === 'failed'
          ? 'failed'
          : 'unscored',
    outcome,
    reason: reply === null ? (call.fault ?? unread) : read?.kind === 'unscored' ? read.reason : null,
    message: reply === null ? call.faultMessage : null,
    probability: preference?.shareA ?? null,
    tag: `v-${nonce}`,
    system: request.kind === 'chat' ? request.system : '',
    user: request.kind === 'chat' ? request.turns.join('\n\n') : scoredText(request),
    raw: reply === null ? null : (reply.texts.at(-1) ?? ''),
    reasoning: reply?.reasoning ?? null,
    finish_reason: reply?.finishReason ?? null,
    prompt_tokens: reply?.promptTokens ?? null,
    completion_tokens: reply?.completionTokens ?? null,
    cost: reply?.costUsd ?? null,
    latency_ms: reply?.latencyMs ?? null,
  };
}

function showingOf(order: string, nonce: string) {
  return { order: order === 'ba' ? [1, 0] : [0, 1], nonce, part: '', attempt: 0 };
}

/** The newest saved version that is another one, as it was asked last about the same battles by the same model. */
async function againstSaved(
  run: RunRecord,
  config: TrialConfig,
  items: readonly TrialItemJson[],
  battles: ReadonlyMap<string, TriedBattle>,
  deps: TrialPorts,
): Promise<JudgeTrialJson['against']> {
  const saved = (await deps.judgeStore.versions(config.judge)).find(
    ({ identity, origin }) => origin !== 'control' && identity !== config.identity,
  );
  if (saved === undefined || run.campaignId === null) return null;
  const known = await deps.lab.readings(
    run.campaignId,
    saved.identity,
    run.model,
    items.map(({ battle }) => battle as BattleId),
  );
  if (known.length === 0) return null;
  const earlier = (battle: string) =>
    known
      .filter((each) => each.battleId === battle)
      .map(({ order, label }) => ({ order, outcome: asJudged(label) }));
  const shared = items.flatMap((item) => {
    const left = outcomesOf(earlier(item.battle));
    const right = outcomesOf(item.readings);
    const hasVotes = item.people.a + item.people.b + item.people.tie > 0;
    if (!hasVotes || left.length === 0 || right.length === 0) return [];
    return [{ prompt: battles.get(item.battle)!.promptId, people: item.people, left, right }];
  });
  const change = compareJudges(shared, { seed: run.seed })?.agreementChange ?? null;
  const orders = items.flatMap((item) => {
    const before = changedByOrder(earlier(item.battle));
    const now = changedByOrder(item.readings);
    return before === null || now === null ? [] : [Number(now) - Number(before)];
  });
  return {
    identity: saved.identity,
    version: saved.version,
    items: shared.length,
    agreement: change === null ? null : { ...change },
    changed_by_order:
      orders.length === 0 ? null : orders.reduce((sum, each) => sum + each, 0) / orders.length,
    orders_items: orders.length,
  };
}

/** What a reward model was sent, for people. */
function scoredText(request: ModelRequest): string {
  if (request.kind !== 'score') return '';
  const texts = request.inputs.flatMap(scoreTexts);
  return texts.map(({ role, text }) => (texts.length === 1 ? text : `[${role}]\n${text}`)).join('\n\n');
}
