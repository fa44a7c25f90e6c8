import { campaignSettingsSchema, type ImportResult } from '@agon/contract';
import { type CampaignId, contentHash, type ImportId, type Outcome } from '@agon/domain';
import { type ReadComparison, readFile } from '@agon/formats';
import type { ImportedModel } from '../ports/import-store.ts';
import type { Ports } from '../ports/ports.ts';
import { buildBundle } from './build-bundle.ts';
import type { MergedFiles } from './merge-files.ts';

/** The file packages/arena/data/demo-campaign.json; SOURCE.md beside it says where everything in it comes from. */
export type DemoCampaign = {
  readonly title: string;
  readonly licence: string;
  readonly attribution: string;
  readonly models: readonly ImportedModel[];
  readonly prompts: readonly {
    readonly key: string;
    readonly category: string;
    readonly language: string;
    readonly turns: readonly string[];
    readonly reference: readonly string[] | null;
  }[];
  readonly answers: readonly {
    readonly promptKey: string;
    readonly model: string;
    readonly turns: readonly string[];
  }[];
  readonly votes: readonly DemoComparison[];
  readonly verdicts: readonly (Omit<DemoComparison, 'rater'> & { readonly judge: string })[];
};

type DemoComparison = {
  readonly promptKey: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly outcome: Outcome;
  readonly turn: number;
  readonly rater: string;
};

export const DEMO_SLUG = 'mt-bench-excerpt';

/**
 * Makes the first-run campaign, open and with its imported history, where the database has no campaign at all.
 * Sides are shuffled: in the source each pair of models has one fixed side order.
 * @param scoresCsv columns model, benchmark, score, n, source; scores in per cent
 * @returns null where there was a campaign already
 */
export async function loadDemo(
  command: { readonly demo: DemoCampaign; readonly scoresCsv: string },
  deps: Pick<Ports, 'campaigns' | 'imports' | 'clock' | 'ids'>,
): Promise<{
  readonly slug: string;
  readonly counts: Pick<ImportResult, 'models' | 'prompts' | 'answers' | 'votes' | 'verdicts' | 'scores'>;
} | null> {
  const some = await deps.campaigns.list({ drafts: true, after: null, limit: 1 });
  if (some.length > 0) return null;
  const { demo } = command;
  const nowMs = deps.clock.now();
  const id = deps.ids.next() as CampaignId;
  await deps.campaigns.create(
    {
      id,
      slug: DEMO_SLUG,
      title: demo.title,
      description: '',
      attribution: `${demo.attribution} ${demo.licence}`,
      state: 'draft',
      settings: campaignSettingsSchema.parse({}),
      createdAtMs: nowMs,
    },
    null,
  );
  const scores = readFile(
    { name: 'demo-scores.csv', text: command.scoresCsv },
    { format: 'scores', scale: 100 },
  );
  const at = { file: 'demo-campaign.json' };
  const merged: MergedFiles = {
    prompts: demo.prompts.map(({ reference, ...prompt }) => ({
      ...prompt,
      ...(reference === null ? {} : { reference }),
      at,
    })),
    answers: demo.answers.map((answer) => ({ ...answer, at })),
    comparisons: [
      ...numbered(demo.votes.map((vote) => ({ ...vote, source: 'people' as const, at }))),
      ...numbered(
        demo.verdicts.map(({ judge, ...verdict }) => ({
          ...verdict,
          rater: judge,
          source: 'judges' as const,
          at,
        })),
      ),
    ],
    scores: scores.scores,
    refused: [],
    rowsRead:
      demo.prompts.length + demo.answers.length + demo.votes.length + demo.verdicts.length + scores.rowsRead,
  };
  const counts = await deps.imports.write(
    buildBundle(merged, {
      id: deps.ids.next() as ImportId,
      campaignId: id,
      format: 'demo',
      files: [{ name: 'demo-campaign.json', sha256: contentHash(JSON.stringify(demo)) }],
      rows: { read: merged.rowsRead, imported: merged.rowsRead, refused: 0 },
      errors: [],
      by: null,
      atMs: nowMs,
      knownModels: [],
      describedModels: demo.models,
      shuffleSides: true,
      seed: 1,
    }),
  );
  await deps.campaigns.change(id, { state: 'open' });
  return { slug: DEMO_SLUG, counts };
}

function numbered<T extends Omit<ReadComparison, 'key'>>(rows: readonly T[]): (T & { key: string })[] {
  return rows.map((row, i) => ({ ...row, key: `demo-${row.source}-${i + 1}` }));
}
