import type { Board, KeptSnapshot, RatingResultJson, ReportLocale, Unified } from '@agon/contract';
import { METHOD_FACTS } from '@agon/domain';
import type { Block, Cell, Column, ReportDocument, Run, Table } from './document.ts';
import { type ForestRow, forestPlot } from './forest-plot.ts';
import { WORDS } from './words.ts';

export type ReportSource = {
  readonly kept: KeptSnapshot;
  /** Version of the software. */
  readonly version: string;
};

type Words = (typeof WORDS)[ReportLocale];
type Ranked = Unified['models'][number];
const SOURCES = ['people', 'judges'] as const;

/**
 * The report of a snapshot: a headline in words, tables, figures, sensitivity, what was left out, method, and how to
 * reproduce it. Hangs on the snapshot, the language and the software's version alone.
 */
export function buildReport({ kept, version }: ReportSource, locale: ReportLocale): ReportDocument {
  const words = WORDS[locale];
  const { board, unified, snapshot } = kept;
  const date = new Date(snapshot.at).toLocaleDateString(locale === 'zh' ? 'zh-CN' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'UTC',
  });
  const heading = (text: string): Block => ({ kind: 'heading', text });
  return {
    locale,
    title: snapshot.title,
    subtitle: words.subtitle(date),
    at: snapshot.at,
    labels: { table: words.table, figure: words.figure, page: words.page, of: words.of },
    blocks: [
      { kind: 'lead', runs: headline(board, unified, words) },
      heading(words.ranking),
      ...rankingBlocks(board, unified, words),
      ...SOURCES.flatMap((source) => ratingBlocks(source, board[source], words)),
      ...benchmarkBlocks(board, words),
      ...agreementBlocks(board, unified, words),
      heading(words.sensitivity),
      ...sensitivityBlocks(board, unified, words),
      heading(words.exclusions),
      ...exclusionBlocks(board, unified, words),
      heading(words.method),
      ...methodBlocks(unified, words),
      heading(words.reproduce),
      paragraph(words.reproduceText),
      {
        kind: 'list',
        items: [
          `agon report --from ${snapshot.id} --as html,pdf,xlsx,csv,json,md,tex --locale ${locale} --out report`,
          words.snapshotLine(snapshot.id),
          words.weightsLine(unified.weights_hash),
          words.hashLine(kept.seal.sha256),
          words.softwareLine(version),
        ],
      },
    ],
  };
}

const bold = (text: string): Run => ({ text, bold: true });
const plain = (text: string): Run => ({ text });
const paragraph = (text: string): Block => ({ kind: 'paragraph', runs: [plain(text)] });
const whole = (value: number): string => value.toFixed(0);
const grouped = (value: number): string => value.toLocaleString('en-US');
const perCent = (share: number): string => `${Math.round(100 * share)} %`;

function chanceText(share: number): string {
  return share > 0.99 ? '> 99 %' : share < 0.01 ? '< 1 %' : perCent(share);
}

/** What the numbers say, in two or three sentences. */
function headline(board: Board, unified: Unified, words: Words): Run[] {
  const runs: Run[] = [];
  const source = board.people !== null ? 'people' : 'judges';
  const insights = board[source]?.insights ?? null;
  const first = insights?.planner[0];
  if (insights !== null && first !== undefined) {
    const [gap, margin] = [whole(first.gap), whole(first.margin)];
    const counts =
      source === 'people'
        ? words.afterVotes(grouped(board.counts.votes), grouped(board.counts.raters))
        : '. ';
    if (first.settled) {
      runs.push(
        bold(first.model_a),
        plain(words.leadWord),
        bold(first.model_b),
        plain(words.leads(gap, margin) + counts),
      );
    } else {
      runs.push(
        bold(first.model_a),
        plain(words.and),
        bold(first.model_b),
        plain(words.level(gap, margin) + counts),
        plain(first.votes === null ? '' : words.votesNeeded(grouped(first.votes))),
      );
    }
    // the first tier is said already; below it the largest group that cannot be told apart
    const groups = [
      ...Map.groupBy(
        insights.models.map((model, i) => ({ model, tier: insights.tiers[i]! })),
        ({ tier }) => tier,
      ),
    ];
    const level = groups
      .filter(([tier, { length }]) => length > 1 && (tier > 1 || (first.settled && length > 2)))
      .sort(([, x], [, y]) => y.length - x.length)[0]?.[1];
    if (level !== undefined && level.length > 1) {
      const [from, to] = [level[0]!.model, level.at(-1)!.model];
      runs.push(
        bold(from),
        plain(level.length === 2 ? words.and : words.to),
        bold(to),
        plain(words.notApart),
      );
    }
  }
  const top = unified.models.find(({ rank }) => rank === 1);
  if (top !== undefined && top.score !== null) {
    runs.push(
      bold(top.model),
      plain(
        top.low === null || top.high === null || top.p_top === null
          ? words.unifiedLeadBare(whole(top.score))
          : words.unifiedLead(whole(top.score), whole(top.low), whole(top.high), chanceText(top.p_top)),
      ),
    );
  }
  return runs.length === 0 ? [plain(words.nothing)] : runs;
}

const text = (name: string, head: string): Column => ({ name, head, digits: null });
const number = (name: string, head: string, digits = 0): Column => ({ name, head, digits });

function rangeText(rank: number | null, low: number | null, high: number | null): string | null {
  if (rank === null) return null;
  return low === null || high === null || low === high ? String(low ?? rank) : `${low}–${high}`;
}

/** Value of a source by its cells: benchmarks as their mean. */
function sourceValue(
  { cells }: Ranked,
  kind: 'people' | 'judges' | 'benchmark',
): { value: number; hollow: boolean } | null {
  const own = Object.values(cells).filter((cell) => cell.kind === kind && cell.value !== null);
  if (own.length === 0) return null;
  return {
    value: own.reduce((sum, { value }) => sum + value!, 0) / own.length,
    hollow: own.every(({ imputed }) => imputed),
  };
}

function rankingBlocks(board: Board, unified: Unified, words: Words): Block[] {
  const { weights, models } = unified;
  const total = (weights.people ?? 0) + (weights.judges ?? 0) + (weights.benchmarks ?? 0);
  const share = (value: number | undefined): string =>
    total > 0 ? perCent((value ?? 0) / total) : perCent(0);
  const { column } = words;
  const provisional = models.filter((model) => model.provisional && model.score !== null);
  const isAbility = unified.method.startsWith('ability');
  return [
    paragraph(
      isAbility
        ? words.abilityText(share((weights.people ?? 0) + (weights.judges ?? 0)), share(weights.benchmarks))
        : words.rankingText(share(weights.people), share(weights.judges), share(weights.benchmarks)),
    ),
    {
      kind: 'table',
      name: 'unified',
      caption: words.rankingCaption,
      columns: [
        text('rank_range', column.rankRange),
        text('model', column.model),
        number('score', column.score),
        number('low', column.low),
        number('high', column.high),
        number('people', column.people),
        number('judges', column.judges),
        number('benchmarks', column.benchmarks),
        number('p_first', column.first, 3),
        number('measured', column.observed, 2),
      ],
      rows: models.map((model) => [
        rangeText(model.rank, model.rank_low, model.rank_high),
        model.model,
        model.score,
        model.low,
        model.high,
        sourceValue(model, 'people')?.value ?? null,
        sourceValue(model, 'judges')?.value ?? null,
        sourceValue(model, 'benchmark')?.value ?? null,
        model.p_top,
        model.observed,
      ]),
    },
    ...(provisional.length === 0
      ? []
      : [paragraph(words.provisionalText(provisional.map(({ model }) => model).join(words.comma)))]),
    {
      kind: 'figure',
      name: 'unified',
      caption: words.forestCaption,
      alt: words.forestCaption,
      svg: forestPlot(
        models.flatMap((model): ForestRow[] => {
          if (model.score === null) return [];
          const marks = (['people', 'judges', 'benchmark'] as const).flatMap((kind) => {
            const found = sourceValue(model, kind);
            return found === null
              ? []
              : [{ source: kind === 'benchmark' ? ('benchmarks' as const) : kind, ...found }];
          });
          return [{ label: model.model, value: model.score, low: model.low, high: model.high, marks }];
        }),
        { label: column.score, ends: [0, 100] },
      ),
    },
    ...(board.campaign.attribution === null ? [] : [paragraph(board.campaign.attribution)]),
  ];
}

function ratingBlocks(source: 'people' | 'judges', result: RatingResultJson | null, words: Words): Block[] {
  const { column } = words;
  if (result === null) return [{ kind: 'heading', text: words[source] }, paragraph(words.noRatings)];
  const tiers = new Map(result.insights?.models.map((model, i) => [model, result.insights!.tiers[i]!]));
  return [
    { kind: 'heading', text: words[source] },
    paragraph(
      words.ratingText(
        METHOD_FACTS[result.method].properName ?? result.method,
        grouped(result.comparisons.used),
        source === 'people' ? words.votesWord : words.verdictsWord,
      ),
    ),
    {
      kind: 'table',
      name: source,
      caption: source === 'people' ? words.peopleCaption : words.judgesCaption,
      columns: [
        text('rank_range', column.rankRange),
        text('model', column.model),
        number('rating', column.rating),
        number('low', column.low),
        number('high', column.high),
        number('comparisons', column.comparisons),
        number('wins', column.wins),
        number('losses', column.losses),
        number('ties', column.ties),
        number('tier', column.tier),
      ],
      rows: result.models.map((row) => [
        rangeText(row.rank, row.rank_low, row.rank_high),
        row.model,
        row.rating,
        row.low,
        row.high,
        row.comparisons,
        row.wins,
        row.losses,
        row.ties,
        tiers.get(row.model) ?? null,
      ]),
    },
    {
      kind: 'figure',
      name: source,
      caption: source === 'people' ? words.peopleForest : words.judgesForest,
      alt: source === 'people' ? words.peopleForest : words.judgesForest,
      svg: forestPlot(
        result.models.map(({ model, rating, low, high }) => ({
          label: model,
          value: rating,
          low,
          high,
          marks: [],
        })),
        { label: words.ratingAxis, ends: null },
      ),
    },
  ];
}

function benchmarkBlocks(board: Board, words: Words): Block[] {
  if (board.scores.length === 0) return [];
  const { column } = words;
  const titles = new Map(board.benchmarks.map(({ name, title }) => [name, title]));
  const times100 = (share: number | null): number | null => (share === null ? null : 100 * share);
  return [
    { kind: 'heading', text: words.benchmarks },
    {
      kind: 'table',
      name: 'benchmarks',
      caption: words.benchmarksCaption,
      columns: [
        text('benchmark', column.benchmark),
        text('model', column.model),
        number('score_percent', column.perCent, 1),
        number('low', column.low, 1),
        number('high', column.high, 1),
        number('items', column.items),
        text('source', column.source),
      ],
      rows: board.scores.map(({ benchmark, model, score, low, high, n, source }) => [
        titles.get(benchmark) ?? benchmark,
        model,
        100 * score,
        times100(low),
        times100(high),
        n,
        source,
      ]),
    },
  ];
}

function agreementBlocks(board: Board, unified: Unified, words: Words): Block[] {
  const { column } = words;
  const name = sourceNames(board, words);
  const blocks: Block[] = [];
  const times100 = (share: number | null): number | null => (share === null ? null : 100 * share);
  if (board.agreement.length > 0) {
    blocks.push({
      kind: 'table',
      name: 'agreement',
      caption: words.agreementCaption,
      columns: [
        text('left', column.left),
        text('right', column.right),
        number('battles', column.battles),
        number('agreement_percent', column.agreement, 1),
        number('low', column.low, 1),
        number('high', column.high, 1),
        number('ceiling_percent', column.ceiling, 1),
      ],
      rows: board.agreement.map((row) => [
        name(row.left),
        name(row.right),
        row.items,
        times100(row.agreement),
        times100(row.low),
        times100(row.high),
        times100(row.ceiling.agreement),
      ]),
    });
  }
  const known = unified.diagnostics.correlations.filter(({ tau }) => tau !== null);
  if (known.length > 0) {
    blocks.push({
      kind: 'table',
      name: 'correlations',
      caption: words.correlationCaption,
      columns: [
        text('left', column.left),
        text('right', column.right),
        number('models', column.models),
        number('tau', column.tau, 2),
        number('low', column.low, 2),
        number('high', column.high, 2),
      ],
      rows: known.map(({ left, right, models, tau, low, high }) => [
        name(left),
        name(right),
        models,
        tau,
        low,
        high,
      ]),
    });
  }
  return blocks.length === 0 ? [] : [{ kind: 'heading', text: words.agreement }, ...blocks];
}

function sourceNames(board: Board, words: Words): (source: string) => string {
  const titles = new Map(board.benchmarks.map(({ name, title }) => [name, title]));
  const known: Readonly<Record<string, string>> = {
    people: words.column.people,
    judges: words.column.judges,
    benchmarks: words.column.benchmarks,
  };
  return (source) => known[source] ?? titles.get(source) ?? source;
}

function sensitivityBlocks(board: Board, unified: Unified, words: Words): Block[] {
  const { column } = words;
  const name = sourceNames(board, words);
  const { leave_one_out: left, flips, rules } = unified.diagnostics;
  const ranked = unified.models.flatMap(({ model, rank }) => (rank === null ? [] : [model]));
  const blocks: Block[] = [];
  if (left.length > 0) {
    blocks.push({
      kind: 'table',
      name: 'leave-one-out',
      caption: words.leaveOutCaption,
      columns: [text('without', column.without), text('order', column.order)],
      rows: left.map(({ without, same_order: same, order }) => [
        name(without),
        same ? words.sameOrder : order.join(' > '),
      ]),
    });
  }
  blocks.push(
    flips.length === 0 ? paragraph(words.noFlip) : paragraph(words.flipText),
    ...(flips.length === 0
      ? []
      : [
          {
            kind: 'list' as const,
            items: flips.map(({ source, from, to, challenger }) =>
              words.flip(name(source), perCent(from), perCent(to), challenger),
            ),
          },
        ]),
  );
  if (rules.length > 0 && ranked.length > 1) {
    blocks.push({
      kind: 'table',
      name: 'rules',
      caption: words.rulesCaption,
      columns: [
        text('model', column.model),
        ...rules.map(({ rule }) => number(rule, words.rule[rule] ?? rule)),
      ],
      rows: ranked.map((model): Cell[] => [model, ...rules.map(({ order }) => order.indexOf(model) + 1)]),
    });
  }
  return blocks;
}

function exclusionBlocks(board: Board, unified: Unified, words: Words): Block[] {
  const { column } = words;
  const { missing_cells: missing, cells, notes } = unified.diagnostics;
  const rows: Cell[][] = [
    ...board.counts.excluded.map(({ reason, count }) => [column.people, reason, count]),
    ...(board.counts.excluded_verdicts ?? []).map(({ reason, count }) => [column.judges, reason, count]),
    ...SOURCES.flatMap((source) =>
      (board[source]?.comparisons.excluded ?? []).map(({ reason, count }) => [column[source], reason, count]),
    ),
  ];
  const table: Table = {
    kind: 'table',
    name: 'exclusions',
    caption: words.exclusionsCaption,
    columns: [text('what', column.what), text('reason', column.reason), number('count', column.count)],
    rows,
  };
  return [
    ...(rows.length === 0 ? [paragraph(words.noExclusions)] : [table]),
    paragraph(words.missingText(String(missing), String(cells))),
    ...(notes.length === 0 ? [] : [{ kind: 'list' as const, items: notes }]),
  ];
}

function methodBlocks(unified: Unified, words: Words): Block[] {
  const panel = unified.diagnostics.panel.models;
  return [
    paragraph(words.methodBt),
    {
      kind: 'formula',
      tex: '\\ell(\\theta) = \\sum_{k=1}^{n} w_k \\left[ y_k \\log \\sigma(\\theta_{a_k} - \\theta_{b_k}) + (1 - y_k) \\log\\left(1 - \\sigma(\\theta_{a_k} - \\theta_{b_k})\\right) \\right]',
      typst:
        'ell(theta) = sum_(k=1)^n w_k [ y_k log sigma(theta_(a_k) - theta_(b_k)) + (1 - y_k) log(1 - sigma(theta_(a_k) - theta_(b_k))) ]',
      alt: words.methodBtAlt,
    },
    paragraph(words.methodSandwich),
    {
      kind: 'formula',
      tex: '\\hat V = \\hat H^{-1} \\Big( \\sum_{c} g_c g_c^{\\top} \\Big) \\hat H^{-1}, \\qquad g_c = \\sum_{k \\in c} \\nabla_\\theta \\ell_k(\\hat\\theta)',
      typst:
        'hat(V) = hat(H)^(-1) (sum_c g_c g_c^top) hat(H)^(-1), quad g_c = sum_(k in c) nabla_theta ell_k (hat(theta))',
      alt: words.methodSandwichAlt,
    },
    paragraph(words.methodElo),
    ...(unified.method.startsWith('ability')
      ? [paragraph(words.methodAbility)]
      : [
          paragraph(words.methodComposite),
          {
            kind: 'formula' as const,
            tex: 'I_m = \\frac{\\sum_k w_k n_{mk}}{\\sum_k w_k}, \\qquad \\operatorname{logit} \\hat n_{mk} = \\hat\\theta_m + \\hat u_{m s(k)} + \\hat e_k',
            typst:
              'I_m = (sum_k w_k n_(m k)) / (sum_k w_k), quad "logit" hat(n)_(m k) = hat(theta)_m + hat(u)_(m s(k)) + hat(e)_k',
            alt: words.methodCompositeAlt,
          },
        ]),
    ...(panel.length === 0 ? [] : [paragraph(words.panel(panel.join(words.comma)))]),
  ];
}
