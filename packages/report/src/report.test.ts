import { createHash } from 'node:crypto';
import type { KeptSnapshot } from '@agon/contract';
import { toInsightsJson, toRatingJson } from '@agon/contract';
import { DEFAULT_RATING_SETTINGS } from '@agon/domain';
import { drawEvidence, fitExplained, flipWeights, gatherEvidence, rankComposite } from '@agon/rating';
import { readXlsx } from 'hucre/xlsx';
import { describe, expect, it } from 'vitest';
import { buildReport } from './build-report.ts';
import { writeReport } from './write-report.ts';
import { neutral, writeCsv, writeHtml, writeLatex, writeMarkdown } from './writers/write-text.ts';

/** Names that a format could take for its own words. */
const MODELS = ['gpt-4', '=1+1', 'a_b & c%', '<script>alert(1)</script>', '中文模型'];
const WEIGHTS = { people: 50, judges: 20, benchmarks: 30 };

function keptSnapshot(): KeptSnapshot {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const a = i % 5;
    const b = (a + 1 + (i % 4)) % 5;
    return { a, b, outcome: i % 7 === 0 ? 2 : (i * 7919) % 11 < 5 + (b - a) ? 0 : 1 };
  });
  const people = fitExplained(
    {
      models: MODELS,
      length: rows.length,
      a: Int32Array.from(rows, ({ a }) => a),
      b: Int32Array.from(rows, ({ b }) => b),
      outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
    },
    DEFAULT_RATING_SETTINGS,
  );
  const scores = MODELS.slice(0, 4).map((model, i) => ({
    model,
    benchmark: 'sums',
    score: 0.9 - i / 10,
    n: 200,
  }));
  const evidence = gatherEvidence({
    models: MODELS,
    people,
    judges: { result: null, insights: null },
    benchmarks: [{ name: 'sums', chance: 0.25 }],
    scores,
    panel: [],
  });
  const composite = rankComposite(evidence, drawEvidence(evidence, 1), WEIGHTS);
  const id = '01980000-0000-7000-8000-000000000000';
  const at = '2026-12-01T10:00:00.000Z';
  const cellsOf = (at: number) =>
    Object.fromEntries(
      evidence.sources.map(({ source, kind, cells }) => {
        const cell = cells[at]!;
        return [
          source,
          { kind, value: cell.value, low: null, high: null, n: cell.n, imputed: cell.imputed, raw: null },
        ];
      }),
    );
  return {
    seal: { version: 2, sha256: 'f'.repeat(64), signature: null, public_key: '', intact: null },
    snapshot: { id, campaign: 'odd', title: 'Odd # names_', at, votes: 400, verdicts: 0 },
    board: {
      campaign: { slug: 'odd', title: 'Odd # names_', state: 'open', attribution: null },
      counts: {
        votes: 400,
        raters: 9,
        verdicts: 0,
        judges: 0,
        benchmarks: 1,
        excluded: [{ reason: 'undone', count: 2 }],
      },
      people: { ...toRatingJson(people.result!), insights: toInsightsJson(people.insights!) },
      judges: null,
      benchmarks: [{ name: 'sums', title: 'Sums', chance: 0.25 }],
      scores: scores.map((score) => ({
        ...score,
        low: score.score - 0.05,
        high: score.score + 0.05,
        source: 'here',
      })),
      agreement: [],
      models: [],
      pairs: [],
    },
    unified: {
      snapshot: id,
      at,
      method: 'composite-v2',
      missing: 'predict',
      weights: WEIGHTS,
      weights_hash: '0123456789ab',
      models: composite.models.map(({ rankLow, rankHigh, pTop, ...model }) => ({
        ...model,
        rank_low: rankLow,
        rank_high: rankHigh,
        p_top: pTop,
        measured: { present: 1, of: 1 },
        cells: cellsOf(MODELS.indexOf(model.model)),
      })),
      evidence: null,
      ability: null,
      diagnostics: {
        missing_cells: 1,
        cells: 10,
        panel: { models: [...evidence.panel], since: null },
        above: [],
        leave_one_out: [{ without: 'people', same_order: false, order: ['gpt-4', '=1+1'] }],
        flips: flipWeights(evidence, WEIGHTS),
        acceptability: [],
        rules: [{ rule: 'borda', order: MODELS }],
        correlations: [],
        next: [],
        anchors: {},
        notes: [],
      },
    },
  } as unknown as KeptSnapshot;
}

const SOURCE = { kept: keptSnapshot(), version: '0.2.0' };
const english = buildReport(SOURCE, 'en');

describe('a report', () => {
  it('says in words what the numbers say', () => {
    const [lead] = english.blocks;
    const text = lead!.kind === 'lead' ? lead!.runs.map(({ text: run }) => run).join('') : '';
    const { models, planner } = SOURCE.kept.board.people!.insights!;
    expect(text).toContain(models[0]);
    expect(text).toContain(`${planner[0]!.gap.toFixed(0)} ± ${planner[0]!.margin.toFixed(0)}`);
    expect(text).toMatch(/highest unified score, \d+ of 100 \(95 % interval \d+ to \d+\)/);
  });

  it('has the same blocks in both languages, and no English sentence in the Chinese one', () => {
    const chinese = buildReport(SOURCE, 'zh');
    expect(chinese.blocks.map(({ kind }) => kind)).toEqual(english.blocks.map(({ kind }) => kind));
    for (const block of chinese.blocks) {
      if (block.kind === 'heading') expect(block.text).toMatch(/[\u4e00-\u9fff]/);
      if (block.kind === 'paragraph') expect(block.runs[0]!.text).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it.each(['html', 'pdf', 'xlsx', 'csv', 'jsonl', 'json', 'md', 'tex'] as const)(
    'as %s has the same bytes each time, in both languages',
    async (format) => {
      for (const locale of ['en', 'zh'] as const) {
        const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
        const [one, other] = [
          await writeReport(SOURCE, format, locale),
          await writeReport(SOURCE, format, locale),
        ];
        expect(one.length).toBeGreaterThan(300);
        expect(hash(one)).toBe(hash(other));
      }
    },
  );

  it('as PDF is tagged PDF/A with its fonts inside', async () => {
    const bytes = await writeReport(SOURCE, 'pdf', 'zh');
    const text = Buffer.from(bytes).toString('latin1');
    expect(text.startsWith('%PDF-1.')).toBe(true);
    expect(text).toContain('pdfaid:part');
    expect(text).toContain('StructTreeRoot');
    expect(text).toMatch(/FontFile[23]/);
  });

  it('as a workbook holds numbers as numbers and every text as text', async () => {
    const { sheets } = await readXlsx(await writeReport(SOURCE, 'xlsx', 'en'));
    expect(sheets.map(({ name }) => name)).toEqual([
      'README',
      'unified',
      'people',
      'benchmarks',
      'leave-one-out',
      'rules',
      'exclusions',
    ]);
    const people = sheets[2]!;
    const row = people.rows.find(([, model]) => model === '=1+1')!;
    expect(typeof row[2]).toBe('number');
    for (const { cells } of sheets) {
      for (const cell of cells?.values() ?? []) expect(cell.formula).toBeUndefined();
    }
  });

  it('runs no formula, no script and no command that a name asks for', () => {
    const csv = writeCsv(SOURCE.kept);
    expect(csv).toContain("'=1+1");
    expect(csv).not.toMatch(/(^|,)=1/m);
    const html = writeHtml(english);
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/(src|href)="https?:/);
    const latex = writeLatex(english);
    expect(latex).toContain('a\\_b \\& c\\%');
    expect(latex).toContain('Odd \\# names\\_');
    expect(writeMarkdown(english)).toContain('\\<script\\>');
    for (const start of ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
      expect(neutral(`${start}x`)).toBe(`'${start}x`);
    }
  });
});
