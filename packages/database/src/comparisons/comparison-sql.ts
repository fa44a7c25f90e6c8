import { ArenaError, type CampaignId } from '@agon/domain';
import { ofStandingImportSql } from '../standing-rows.ts';

/** Fields of a row of `comparisonSql`, in order. */
export const FIELDS = [
  'seq',
  'modelA',
  'modelB',
  'outcome',
  'rater',
  'promptId',
  'promptKey',
  'turns',
  'category',
  'language',
  'at',
  'quarantined',
  'answerA',
  'answerB',
  'namesItself',
  'shareA',
  'weight',
  'importId',
] as const;
export const FIELD = Object.fromEntries(FIELDS.map((name, i) => [name, i])) as Record<
  (typeof FIELDS)[number],
  number
>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** COPY takes no parameters: ids go into the text, so they must look like ids and nothing else. */
function literal(id: string): string {
  if (!UUID.test(id)) throw new ArenaError('internal', 'Comparisons were read by something that is no id.');
  return `'${id}'::uuid`;
}

/** What a read must look at: joins that would find nothing are left out, as each costs a look at every row. */
export type ReadRule = {
  /** Answers that name their model are left out. */
  readonly namesItself: boolean;
  /** Some vote is in quarantine. */
  readonly quarantine: boolean;
  /** Some import was undone. */
  readonly undone: boolean;
};

/** Which votes are read: what imports brought and the chain up to a place, the chain alone between two, or one import. */
export type VoteRange =
  | { readonly allUpTo: number }
  | { readonly after: number; readonly upTo: number }
  | { readonly importId: string };

/** Votes in no order. */
export function voteCopySql(campaign: CampaignId, range: VoteRange, rule: ReadRule): string {
  return `copy (
    select v.seq, b.model_a, b.model_b, v.outcome, v.rater_id, ${ABOUT_BATTLE}, v.at,
      ${rule.quarantine ? 'q.reason' : 'null::text'}, b.answer_a, b.answer_b, ${naming(rule)}, v.share_a,
      coalesce(v.weight, b.draw_weight), v.import_id
    from votes v join battles b on b.id = v.battle_id ${rule.namesItself ? NAMING_JOINS : ''}
    ${rule.quarantine ? 'left join quarantine q on q.vote_id = v.id' : ''}
    where v.campaign_id = ${literal(campaign)} and ${votesWithin(range)}
      ${rule.undone ? `and ${ofStandingImportSql('v')}` : ''}
  ) to stdout (format binary)`;
}

function votesWithin(range: VoteRange): string {
  if ('importId' in range) return `v.import_id = ${literal(range.importId)}`;
  return 'allUpTo' in range
    ? `(v.import_id is not null or v.seq <= ${Math.trunc(range.allUpTo)})`
    : `v.import_id is null and v.seq > ${Math.trunc(range.after)} and v.seq <= ${Math.trunc(range.upTo)}`;
}

/** Which verdicts are read: all, or what judges gave after a sequence number, or what came by one import. */
export type VerdictRange = 'all' | { readonly after: number } | { readonly importId: string };

/**
 * Why no board counts a verdict `d` of the run `run`; null: boards do. Those of a run count when it has ended without
 * being suspect, or when somebody admitted it; imported ones belong to no run.
 */
export const LEFT_OUT_SQL = `case when run.id is null or run.standing = 'admitted' then null
      when run.standing = 'excluded' then 'run_excluded' when run.standing = 'suspect' then 'run_suspect'
      when run.finished_at is null then 'run_open' end`;

/** Verdicts with an outcome, in the order of their sequence; those of control judges enter no ranking. */
export function verdictCopySql(campaign: CampaignId, range: VerdictRange, rule: ReadRule): string {
  return `copy (
    select d.seq, b.model_a, b.model_b, d.outcome,
      case when d.model = '' then j.name else j.name || ' / ' || d.model end, ${ABOUT_BATTLE}, d.at,
      ${LEFT_OUT_SQL}, b.answer_a, b.answer_b, ${naming(rule)}, d.share_a, d.weight, d.import_id
    from verdicts d join battles b on b.id = d.battle_id join judges j on j.id = d.judge_id and j.origin <> 'control'
    left join runs run on run.id = d.run_id
    ${rule.namesItself ? NAMING_JOINS : ''}
    where d.campaign_id = ${literal(campaign)} and d.outcome is not null and ${ofStandingImportSql('d')} ${within(range)}
    order by d.seq
  ) to stdout (format binary)`;
}

function within(range: VerdictRange): string {
  if (range === 'all') return '';
  return 'after' in range
    ? `and d.import_id is null and d.seq > ${Math.trunc(range.after)}`
    : `and d.import_id = ${literal(range.importId)}`;
}

/** Category and language are those of the prompt where it has any; prompts are few and looked up afterwards. */
const ABOUT_BATTLE = `b.prompt_id, case when b.prompt_id is null then b.prompt_key end, b.turns::int8,
      b.category, b.language`;
const NAMING_JOINS = 'left join answers aa on aa.id = b.answer_a left join answers ab on ab.id = b.answer_b';

function naming({ namesItself }: ReadRule): string {
  return namesItself ? '(aa.self_naming is not null or ab.self_naming is not null)' : 'false';
}
