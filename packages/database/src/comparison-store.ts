import type { CampaignComparison, CampaignComparisons, ComparisonStore } from '@agon/arena';
import type { AnswerId, CampaignId, Outcome } from '@agon/domain';
import type { Database } from './connect.ts';

type ComparisonRow = {
  id: string;
  seq: number;
  model_a: string;
  model_b: string;
  outcome: Outcome;
  share_a: number | null;
  rater: string;
  answer_a: AnswerId | null;
  answer_b: AnswerId | null;
  prompt_id: string | null;
  prompt_key: string | null;
  turns: number | null;
  category: string | null;
  language: string | null;
  at: Date;
  undone: boolean;
  quarantined: string | null;
  names_itself: boolean;
  slot_order?: string;
};

type Loaded = {
  revision: number;
  /** What must be the same for adding rows to be enough: imports, quarantine, campaign rules. */
  signature: string;
  voteSeq: number;
  revisionId: number;
  verdictSeq: number;
  rows: CampaignComparison[];
  indexOf: Map<string, number>;
  /** Why votes are left out that are: the reason outlives their undoing. */
  reasonOf: Map<string, string>;
};

/**
 * Sequences are taken before the commit, so a smaller number may appear later than a greater one: each read looks
 * this far back again. Votes need no such look: their places in the chain are given under its lock.
 */
const OVERLAP = 2000;

/**
 * Comparisons of a campaign in memory. Each read fetches only what was appended since the one before
 * (votes by their place in the chain, revisions and verdicts by their sequence); an import or a changed rule loads anew.
 */
export function createComparisonStore({ sql }: Database): ComparisonStore {
  const loaded = new Map<CampaignId, Loaded>();
  const reading = new Map<CampaignId, Promise<CampaignComparisons>>();

  async function update(campaign: CampaignId): Promise<CampaignComparisons> {
    const [state] = await sql<{ signature: string }[]>`
      select concat_ws('/', c.settings->>'self_naming',
        (select count(*) from imports i where i.campaign_id = c.id),
        (select count(*) from imports i where i.campaign_id = c.id and i.undone_at is not null),
        (select max(i.at)::text from imports i where i.campaign_id = c.id),
        (select count(*) from quarantine q join votes v on v.id = q.vote_id where v.campaign_id = c.id)) as signature
      from campaigns c where c.id = ${campaign}`;
    const signature = state?.signature ?? '';
    let current = loaded.get(campaign);
    if (current === undefined || current.signature !== signature) {
      current = {
        revision: (current?.revision ?? 0) + 1,
        signature,
        voteSeq: 0,
        revisionId: 0,
        verdictSeq: 0,
        rows: [],
        indexOf: new Map(),
        reasonOf: new Map(),
      };
      loaded.set(campaign, current);
    }
    const before = current.rows.length;
    const votes = await readVotes(sql, campaign, current.voteSeq);
    const verdicts = await readVerdicts(sql, campaign, current.verdictSeq - OVERLAP);
    const revisions = await sql<
      { id: number; vote_id: string; kind: 'undo' | 'recast'; outcome: Outcome | null }[]
    >`
      select id, vote_id, kind, outcome from vote_revisions
      where campaign_id = ${campaign} and id > ${current.revisionId - OVERLAP} and kind in ('undo', 'recast') order by id`;
    for (const row of votes) {
      current.voteSeq = row.seq;
      const comparison = toComparison(row, 'people');
      current.indexOf.set(row.id, current.rows.length);
      current.rows.push(comparison);
      if (comparison.excluded !== null) current.reasonOf.set(row.id, comparison.excluded);
    }
    for (const row of verdicts) {
      current.verdictSeq = Math.max(current.verdictSeq, row.seq);
      if (current.indexOf.has(row.id)) continue;
      current.indexOf.set(row.id, current.rows.length);
      current.rows.push(toComparison(row, 'judges'));
    }
    const revised = new Map<number, CampaignComparison>();
    for (const revision of revisions) {
      current.revisionId = Math.max(current.revisionId, revision.id);
      const index = current.indexOf.get(revision.vote_id);
      const row = index === undefined ? undefined : current.rows[index];
      if (index === undefined || row === undefined) continue;
      if (!revised.has(index)) revised.set(index, row);
      current.rows[index] = {
        ...row,
        outcome: revision.outcome ?? row.outcome,
        excluded: revision.kind === 'undo' ? 'undone' : (current.reasonOf.get(row.id) ?? null),
      };
    }
    // a revision that was read again changes nothing; one that committed late does, whatever its number
    const changed =
      current.rows.length !== before ||
      [...revised].some(([index, was]) => {
        const now = current.rows[index]!;
        return now.outcome !== was.outcome || now.excluded !== was.excluded;
      });
    if (changed) current.revision += 1;
    return { rows: current.rows, revision: current.revision };
  }

  return {
    read(campaign) {
      const running = reading.get(campaign);
      if (running !== undefined) return running;
      const promise = update(campaign).finally(() => reading.delete(campaign));
      reading.set(campaign, promise);
      return promise;
    },
  };
}

function readVotes(sql: Database['sql'], campaign: CampaignId, afterSeq: number): Promise<ComparisonRow[]> {
  return sql<ComparisonRow[]>`
    select v.id, v.seq, ma.name as model_a, mb.name as model_b, v.outcome, null::float8 as share_a,
      v.rater_id::text as rater, b.answer_a, b.answer_b, b.prompt_id, b.prompt_key, b.turns,
      coalesce(p.category, b.category) as category, coalesce(p.language, b.language) as language, v.at,
      false as undone, q.reason as quarantined,
      (c.settings->>'self_naming' = 'exclude' and (aa.self_naming is not null or ab.self_naming is not null)) as names_itself
    from votes v join battles b on b.id = v.battle_id join campaigns c on c.id = v.campaign_id
    join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
    left join prompts p on p.id = b.prompt_id left join answers aa on aa.id = b.answer_a left join answers ab on ab.id = b.answer_b
    left join quarantine q on q.vote_id = v.id left join imports i on i.id = v.import_id
    where v.campaign_id = ${campaign} and v.seq > ${afterSeq} and i.undone_at is null order by v.seq`;
}

function readVerdicts(
  sql: Database['sql'],
  campaign: CampaignId,
  afterSeq: number,
): Promise<ComparisonRow[]> {
  return sql<ComparisonRow[]>`
    select d.id, d.seq, ma.name as model_a, mb.name as model_b, d.outcome, d.share_a,
      case when d.model = '' then j.name else j.name || ' / ' || d.model end as rater,
      b.answer_a, b.answer_b, b.prompt_id, b.prompt_key, b.turns,
      coalesce(p.category, b.category) as category, coalesce(p.language, b.language) as language, d.at,
      false as undone, null as quarantined,
      (c.settings->>'self_naming' = 'exclude' and (aa.self_naming is not null or ab.self_naming is not null)) as names_itself,
      d.slot_order
    from verdicts d join battles b on b.id = d.battle_id join judges j on j.id = d.judge_id join campaigns c on c.id = d.campaign_id
    join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
    left join prompts p on p.id = b.prompt_id left join answers aa on aa.id = b.answer_a left join answers ab on ab.id = b.answer_b
    left join imports i on i.id = d.import_id
    where d.campaign_id = ${campaign} and d.seq > ${afterSeq} and d.outcome is not null and i.undone_at is null order by d.seq`;
}

function toComparison(row: ComparisonRow, source: 'people' | 'judges'): CampaignComparison {
  const promptKey = row.prompt_id ?? row.prompt_key ?? undefined;
  const [first, second] = row.model_a < row.model_b ? [row.model_a, row.model_b] : [row.model_b, row.model_a];
  return {
    id: row.id,
    item: `${promptKey ?? row.id}|${first}|${second}|${row.turns ?? ''}`,
    answers: row.answer_a === null || row.answer_b === null ? null : { a: row.answer_a, b: row.answer_b },
    excluded: row.quarantined ?? (row.names_itself ? 'answer names its model' : null),
    modelA: row.model_a,
    modelB: row.model_b,
    outcome: row.outcome,
    ...(row.share_a === null ? {} : { shareA: row.share_a }),
    source,
    rater: row.rater,
    ...(promptKey === undefined ? {} : { promptKey }),
    ...(row.turns === null ? {} : { turn: row.turns }),
    ...(row.category === null ? {} : { category: row.category }),
    ...(row.language === null ? {} : { language: row.language }),
    atMs: row.at.getTime(),
  };
}
