// One file: list, counts and export are the same filters and the same SQL, and must not drift apart.
import type {
  BattleBrowser,
  BattleQuery,
  BattleSort,
  ListedBattle,
  ListedJudge,
  ListedVerdict,
} from '@agon/arena';
import { ArenaError, type BattleId, type CampaignId, type Outcome } from '@agon/domain';
import type { Row as AnyRow, PendingQuery, TransactionSql } from 'postgres';
import type { Database } from '../connect.ts';
import { RecentMap } from '../recent-map.ts';
import { findBattle } from './find-battle.ts';
import { battleSummaries, type SummaryState } from './summarise-battles.ts';

/** What a list may take, and what its counts may. */
const LIST_MS = 15_000;
const COUNT_MS = 3000;
/** Rows of an export that are held at a time. */
const PART = 2000;
const HEAD = 200;
const CANCELED = '57014';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A piece of a query. */
type Fragment = PendingQuery<AnyRow[]> | PendingQuery<(AnyRow & Iterable<AnyRow>)[]>;
type PageParts = Readonly<Record<'key' | 'value' | 'finding' | 'end' | 'pageOrder', Fragment>>;
type Judge = ListedJudge & { readonly judgeId: string };
type Cursor = readonly [value: string, id: string];
type Row = {
  id: string;
  prompt_key: string | null;
  head: string | null;
  category: string | null;
  language: string | null;
  turns: number | null;
  name_a: string;
  name_b: string;
  a: number;
  b: number;
  tie: number;
  both_bad: number;
  outcome: ListedBattle['outcome'];
  excluded: number;
  notes: number;
  last_vote: Date | null;
  sort_value: string;
};
type VerdictRow = Pick<ListedVerdict, 'ab' | 'ba' | 'other' | 'decided' | 'agreement'> & {
  judge_id: string;
  model: string;
  summary_id: string;
};

/** What a sort goes by, the largest first where `isDown`; equal ones by their ids. */
const SORTS: Readonly<
  Record<BattleSort, { readonly by: string; readonly type: string; readonly isDown: boolean }>
> = {
  last_vote: { by: 's.last_vote', type: 'timestamptz', isDown: true },
  oldest: { by: 's.drawn_at', type: 'timestamptz', isDown: false },
  most_votes: { by: 's.votes', type: 'int', isDown: true },
  // votes that say otherwise than the judge
  disagreement: {
    by: `case when v.agreement in ('agrees', 'disagrees', 'people_split') then s.votes - case v.decided when 'a' then s.a
      when 'b' then s.b else s.tie + s.both_bad end else 0 end`,
    type: 'int',
    isDown: true,
  },
};

export function createBattleBrowser(database: Database): BattleBrowser {
  const { sql } = database;
  const summaries = battleSummaries(database);
  /** What a text was found in; paging asks for it again and again. */
  const searches = new RecentMap<{ readonly prompts: string[]; readonly answers: string[] }>(20);

  async function judgesOf({ facets }: SummaryState): Promise<Judge[]> {
    const ids = facets.judges.map(({ judgeId }) => judgeId);
    const rows = await sql<{ id: string; name: string; identity: string; origin: string }[]>`
      select id, name, identity, origin from judges where id = any(${ids}::uuid[])`;
    const byId = new Map(rows.map((row) => [row.id, row]));
    return facets.judges.flatMap(({ judgeId, model, verdicts }) => {
      const row = byId.get(judgeId);
      if (row === undefined) return [];
      const { name, identity, origin } = row;
      return [{ judgeId, name, identity, model, verdicts, isControl: origin === 'control' }];
    });
  }

  /** Which of the judges stands beside the votes. */
  async function chosen({ judge, filter }: BattleQuery, judges: readonly Judge[]): Promise<Judge | null> {
    if (judge !== null) {
      const found = judges.find(
        (each) => each.identity === judge.identity && (judge.model === null || each.model === judge.model),
      );
      if (found !== undefined) return found;
      throw new ArenaError('invalid_request', 'That judge has no verdict in this campaign.', {
        hint: 'Take a judge from the field "judges" of the list, or none.',
        at: { column: 'judge', value: judge.identity },
      });
    }
    if (filter.run !== undefined && UUID.test(filter.run)) {
      const [row] = await sql<{ judge_id: string; model: string }[]>`
        select judge_id, model from verdicts where run_id = ${filter.run} limit 1`;
      const found = judges.find((each) => each.judgeId === row?.judge_id && each.model === row.model);
      if (found !== undefined) return found;
    }
    return judges.find((each) => !each.isControl) ?? judges[0] ?? null;
  }

  async function search(tx: TransactionSql, campaign: CampaignId, text: string) {
    const [row] = await tx<{ version: number }[]>`
      select content_version as version from campaigns where id = ${campaign}`;
    const key = JSON.stringify([campaign, row?.version, text.toLowerCase()]);
    const known = searches.get(key);
    if (known !== undefined) return known;
    // turns are stored as JSON, so the text is sought as JSON writes it
    const pattern = `%${JSON.stringify(text)
      .slice(1, -1)
      .replaceAll(/[\\%_]/g, '\\$&')}%`;
    const prompts = await tx<{ id: string }[]>`
      select p.id from prompts p where p.turns::text ilike ${pattern}
        and p.id in (select prompt_id from campaign_prompts where campaign_id = ${campaign})`;
    const answers = await tx<{ id: string }[]>`
      select id from answers where campaign_id = ${campaign} and turns::text ilike ${pattern}`;
    const found = { prompts: prompts.map(({ id }) => id), answers: answers.map(({ id }) => id) };
    searches.set(key, found);
    return found;
  }

  async function modelIds(campaign: CampaignId, names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const rows = await sql<{ id: string; name: string }[]>`
      select m.id, m.name from campaign_models c join models m on m.id = c.model_id
      where c.campaign_id = ${campaign} and m.name = any(${[...names]})`;
    return names.map((name) => {
      const row = rows.find((each) => each.name === name);
      if (row !== undefined) return row.id;
      throw new ArenaError('unknown_model', `The campaign has no model "${name}".`, {
        hint: 'Models are named as the board names them.',
        at: { column: 'model', value: name },
      });
    });
  }

  /** Conditions of a filter on summaries `s` and the chosen judge's verdicts `v`; what its chips ask for comes apart. */
  async function conditions(
    tx: TransactionSql,
    campaign: CampaignId,
    { filter }: BattleQuery,
  ): Promise<{
    readonly base: Fragment;
    readonly agreement: Fragment;
    readonly note: Fragment;
    readonly quarantined: Fragment;
  }> {
    const models = await modelIds(campaign, filter.models);
    const parts: Fragment[] = models.map((id) => sql`and (s.model_a = ${id} or s.model_b = ${id})`);
    if (filter.text !== undefined && filter.text !== '') {
      const { prompts, answers } = await search(tx, campaign, filter.text);
      const own = UUID.test(filter.text)
        ? sql`or s.id = (select summary_id from battle_groups where battle_id = ${filter.text})`
        : sql`or s.prompt_key = ${filter.text}`;
      parts.push(sql`and (s.prompt_id = any(${prompts}::uuid[]) or s.answer_a = any(${answers}::uuid[])
        or s.answer_b = any(${answers}::uuid[]) ${own})`);
    }
    const { outcome, category, language, voter, run, unscored } = filter;
    if (outcome === 'none') parts.push(sql`and s.outcome is null`);
    else if (outcome !== undefined) parts.push(sql`and s.outcome = ${outcome}`);
    if (category !== undefined) parts.push(sql`and s.category = ${category}`);
    if (language !== undefined) parts.push(sql`and s.language = ${language}`);
    if (voter !== undefined) {
      parts.push(sql`and s.id in (
        select g.summary_id from votes w join battle_groups g on g.battle_id = w.battle_id
        where w.campaign_id = ${campaign} and w.rater_id in (select id from raters
          where (external = ${voter} and campaign_id = ${campaign}) or (external is null and substr(md5(id::text), 1, 8) = ${voter})))`);
    }
    if (run !== undefined) {
      parts.push(
        UUID.test(run)
          ? sql`and s.id in (select g.summary_id from verdicts d join battle_groups g on g.battle_id = d.battle_id
              where d.run_id = ${run} and d.campaign_id = ${campaign})`
          : sql`and false`,
      );
    }
    if (unscored !== undefined) parts.push(sql`and ${unscored} in (v.ab, v.ba, v.other)`);
    const { agreement, hasNote, isQuarantined } = filter;
    return {
      base: parts.reduce((all, part) => sql`${all} ${part}`, sql``),
      agreement:
        agreement === undefined
          ? sql`true`
          : agreement === 'no_verdict'
            ? sql`v.decided is null`
            : sql`v.agreement is not distinct from ${agreement}`,
      note: hasNote === undefined ? sql`true` : hasNote ? sql`s.notes > 0` : sql`s.notes = 0`,
      quarantined:
        isQuarantined === undefined ? sql`true` : isQuarantined ? sql`s.excluded > 0` : sql`s.excluded = 0`,
    };
  }

  const from = (campaign: CampaignId, judge: Judge | null) => sql`
    from battle_summaries s left join battle_summary_verdicts v on v.campaign_id = s.campaign_id
      and v.judge_id = ${judge?.judgeId ?? null} and v.model = ${judge?.model ?? ''} and v.summary_id = s.id
    where s.campaign_id = ${campaign}`;

  async function findingOf(
    tx: TransactionSql,
    campaign: CampaignId,
    query: BattleQuery,
    judge: Judge | null,
  ) {
    const { base, agreement, note, quarantined } = await conditions(tx, campaign, query);
    // wrapped: what an async function returns is awaited, and a fragment that is awaited is a query
    return { finding: sql`${from(campaign, judge)} ${base} and ${agreement} and ${note} and ${quarantined}` };
  }

  /** Summaries after a place in a sort, or before it. */
  function ordered(sort: BattleSort, beyond: Cursor | null, isBack = false) {
    const { by, type, isDown } = SORTS[sort];
    const [operator, direction] = isDown !== isBack ? ['<', 'desc'] : ['>', 'asc'];
    const value = sql.unsafe(by);
    return {
      value: sql`(${value})::text`,
      key: value,
      where:
        beyond === null
          ? sql``
          : sql`and (${value}, s.id) ${sql.unsafe(operator)} (${beyond[0]}::text::${sql.unsafe(type)}, ${beyond[1]}::uuid)`,
      order: sql`order by ${value} ${sql.unsafe(direction)}, s.id ${sql.unsafe(direction)}`,
      pageOrder: sql`order by page.sort_key ${sql.unsafe(direction)}, page.id ${sql.unsafe(direction)}`,
    };
  }

  /** The rows of a list, with names and the first words of their prompts. */
  const rowsOf = (
    on: Database['sql'] | TransactionSql,
    { key, value, finding, end, pageOrder }: PageParts,
  ) => on<Row[]>`
    select page.id, page.prompt_key, left(p.turns ->> 0, ${HEAD}) as head, page.category, page.language, page.turns,
      ma.name as name_a, mb.name as name_b, page.a, page.b, page.tie, page.both_bad, page.outcome, page.excluded, page.notes,
      nullif(page.last_vote, '-infinity') as last_vote, page.sort_value
    from (select s.*, ${key} as sort_key, ${value} as sort_value ${finding} ${end}) page
    join models ma on ma.id = page.model_a join models mb on mb.id = page.model_b
    left join prompts p on p.id = page.prompt_id ${pageOrder}`;

  async function present(
    campaign: CampaignId,
    rows: readonly Row[],
    judges: readonly Judge[],
  ): Promise<ListedBattle[]> {
    const verdicts = await sql<VerdictRow[]>`
      select judge_id, model, summary_id, ab, ba, other, decided, agreement from battle_summary_verdicts
      where campaign_id = ${campaign} and judge_id = any(${judges.map(({ judgeId }) => judgeId)}::uuid[])
        and model = any(${judges.map(({ model }) => model)}) and summary_id = any(${rows.map(({ id }) => id)}::uuid[])`;
    const said = new Map(verdicts.map((row) => [`${row.summary_id}/${row.judge_id}/${row.model}`, row]));
    return rows.map((row) => ({
      id: row.id as BattleId,
      promptKey: row.prompt_key,
      promptHead: row.head,
      category: row.category,
      language: row.language,
      turns: row.turns,
      models: { a: row.name_a, b: row.name_b },
      votes: { a: row.a, b: row.b, tie: row.tie, both_bad: row.both_bad } satisfies Record<Outcome, number>,
      outcome: row.outcome,
      excluded: row.excluded,
      notes: row.notes,
      lastVoteMs: row.last_vote?.getTime() ?? null,
      verdicts: judges.flatMap(({ judgeId, name, identity, model }) => {
        const verdict = said.get(`${row.id}/${judgeId}/${model}`);
        if (verdict === undefined) return [];
        const { ab, ba, other, decided, agreement } = verdict;
        return [{ judge: { name, identity, model }, ab, ba, other, decided, agreement }];
      }),
    }));
  }

  async function prepare(campaign: CampaignId, query: BattleQuery) {
    const state = await summaries.ready(campaign);
    const judges = await judgesOf(state);
    return { state, judges, judge: await chosen(query, judges) };
  }

  return {
    async list(campaign, query, { after, limit }) {
      const { state, judges, judge } = await prepare(campaign, query);
      const { key, value, where, order, pageOrder } = ordered(
        query.sort,
        after === null ? null : readCursor(after, query.sort),
      );
      const rows = await within(LIST_MS, async (tx) => {
        const { finding } = await findingOf(tx, campaign, query, judge);
        const end = sql`${where} ${order} limit ${limit + 1}`;
        return rowsOf(tx, { key, value, finding, end, pageOrder });
      });
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: await present(campaign, page, judges),
        next: rows.length > limit && last !== undefined ? writeCursor([last.sort_value, last.id]) : null,
        judges: judges.map(withoutId),
        models: state.facets.models,
        categories: state.facets.categories,
        languages: state.facets.languages,
        judge: judge === null ? null : withoutId(judge),
        asOfMs: state.madeAt.getTime(),
      };
    },

    async count(campaign, query) {
      const { judge } = await prepare(campaign, query);
      type Counted = Readonly<Record<string, number>>;
      const row = await within(COUNT_MS, async (tx) => {
        const { base, agreement, note, quarantined } = await conditions(tx, campaign, query);
        const when = (...all: readonly Fragment[]) =>
          sql`count(*) filter (where ${all.reduce((so, each) => sql`${so} and ${each}`)})::int`;
        const of = (name: string) => when(sql`v.agreement = ${name}`, note, quarantined);
        const [counted] = await tx<Counted[]>`
          select (select count(*) from battle_summaries where campaign_id = ${campaign})::int as all,
            ${when(agreement, note, quarantined)} as found, ${of('agrees')} as agrees, ${of('disagrees')} as disagrees,
            ${of('changed_by_order')} as changed_by_order, ${of('unscored')} as unscored,
            ${of('people_split')} as people_split, ${when(sql`v.decided is null`, note, quarantined)} as no_verdict,
            ${when(sql`s.notes > 0`, agreement, quarantined)} as with_note,
            ${when(sql`s.excluded > 0`, agreement, note)} as quarantined
          ${from(campaign, judge)} ${base}`;
        return counted!;
      }).catch((error: unknown) => {
        if (error instanceof ArenaError && error.data?.limitMs === COUNT_MS) return null;
        throw error;
      });
      if (row === null) return null;
      const n = (name: string) => row[name] ?? 0;
      return {
        all: n('all'),
        found: n('found'),
        agreements: {
          agrees: n('agrees'),
          disagrees: n('disagrees'),
          changed_by_order: n('changed_by_order'),
          unscored: n('unscored'),
          people_split: n('people_split'),
          no_verdict: n('no_verdict'),
        },
        withNote: n('with_note'),
        quarantined: n('quarantined'),
      };
    },

    async *rows(campaign, query) {
      const { judges, judge } = await prepare(campaign, query);
      const { key, value, pageOrder } = ordered(query.sort, null);
      const { finding } = await within(LIST_MS, (tx) => findingOf(tx, campaign, query, judge));
      const all = rowsOf(sql, { key, value, finding, end: sql``, pageOrder });
      for await (const rows of all.cursor(PART)) yield await present(campaign, rows, judges);
    },

    async place(campaign, query, battle) {
      const { judge } = await prepare(campaign, query);
      return within(LIST_MS, async (tx) => {
        const { finding } = await findingOf(tx, campaign, query, judge);
        const { value } = ordered(query.sort, null);
        const [own] = await tx<{ value: string; id: string }[]>`
          select ${value} as value, s.id ${finding}
          and s.id = coalesce((select summary_id from battle_groups where battle_id = ${battle}), ${battle}::uuid)`;
        if (own === undefined) return { position: null, previous: null, next: null };
        const here: Cursor = [own.value, own.id];
        const [after, before] = [ordered(query.sort, here), ordered(query.sort, here, true)];
        const [next] = await tx<
          { id: BattleId }[]
        >`select s.id ${finding} ${after.where} ${after.order} limit 1`;
        const [previous] = await tx<{ id: BattleId }[]>`
          select s.id ${finding} ${before.where} ${before.order} limit 1`;
        const [counted] = await tx<{ n: number }[]>`select count(*)::int as n ${finding} ${before.where}`;
        return { position: (counted?.n ?? 0) + 1, previous: previous?.id ?? null, next: next?.id ?? null };
      });
    },

    ...findBattle(database),
  };

  /** Work that the database gives up when it takes longer. */
  async function within<Result>(
    limitMs: number,
    work: (tx: TransactionSql) => Promise<Result>,
  ): Promise<Result> {
    try {
      return (await sql.begin('read only', async (tx) => {
        await tx`select set_config('statement_timeout', ${String(limitMs)}, true)`;
        return work(tx);
      })) as Result;
    } catch (error) {
      if ((error as { code?: unknown }).code !== CANCELED) throw error;
      throw new ArenaError('invalid_request', `The search took longer than ${limitMs / 1000} seconds.`, {
        hint: 'Narrow it: one model, a category, or longer words.',
        at: { column: 'q' },
        data: { limitMs },
        cause: error,
      });
    }
  }
}

function withoutId({ name, identity, model, verdicts, isControl }: Judge): ListedJudge {
  return { name, identity, model, verdicts, isControl };
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function readCursor(text: string, sort: BattleSort): Cursor {
  const form = SORTS[sort].type === 'int' ? /^\d{1,9}$/ : /^(-infinity|\d{4}-\d\d-\d\d[\d :.+-]*)$/;
  try {
    const [value, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as string[];
    if (form.test(value ?? '') && UUID.test(id ?? '')) return [value!, id!];
  } catch {
    // said below
  }
  throw new ArenaError('invalid_request', 'The cursor is none of this list.', {
    hint: 'Pass back the `next_cursor` of the page before, with the same sort.',
    at: { column: 'cursor', value: text },
  });
}
