import { campaignSettingsSchema, type ImportResult } from '@agon/contract';
import type { CampaignId, ImportId } from '@agon/domain';
import type { ImportedModel, ImportSource } from '../ports/import-store.ts';
import type { Ports } from '../ports/ports.ts';

/** The file packages/arena/data/demo/campaign.json; SOURCE.md beside it says where everything comes from. */
export type DemoCampaign = {
  readonly title: string;
  readonly licence: string;
  readonly attribution: string;
  readonly models: readonly ImportedModel[];
};

export const DEMO_SLUG = 'mt-bench-excerpt';

/**
 * Makes the first-run campaign, open and with its imported history, where the database has no campaign at all.
 * Sides are shuffled: in the source each pair of models has one fixed side order.
 * @returns null where there was a campaign already
 */
export async function loadDemo(
  { demo, files }: { readonly demo: DemoCampaign; readonly files: readonly ImportSource[] },
  deps: Pick<Ports, 'campaigns' | 'importer' | 'clock' | 'ids'>,
): Promise<{
  readonly slug: string;
  readonly counts: Pick<
    ImportResult,
    'models' | 'prompts' | 'answers' | 'votes' | 'verdicts' | 'scores' | 'material'
  >;
} | null> {
  const some = await deps.campaigns.list({ draftsOf: 'all', after: null, limit: 1 });
  if (some.length > 0) return null;
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
  const counts = await deps.importer.run({
    id: deps.ids.next() as ImportId,
    campaignId: id,
    files,
    unblinded: 'drop',
    oversampled: 'keep',
    onError: 'none',
    dryRun: false,
    shuffleSides: true,
    seed: 1,
    models: demo.models,
    by: null,
    atMs: nowMs,
  });
  await deps.campaigns.change(id, { state: 'open' });
  return { slug: DEMO_SLUG, counts };
}
