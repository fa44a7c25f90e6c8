import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type DemoCampaign,
  type ImportSource,
  loadDemo,
  type Ports,
  SYSTEM_ACTOR,
  startControlRuns,
} from '@agon/arena';

const DATA = new URL('../data/demo/', pathToFileURL(createRequire(import.meta.url).resolve('@agon/arena')));
const FILES = ['prompts.jsonl', 'answers.jsonl', 'votes.jsonl', 'verdicts.jsonl'];

/** The first-run campaign, where the database has none; control judges are asked about it at once. */
export async function loadDemoCampaign(
  ports: Pick<Ports, 'campaigns' | 'importer' | 'clock' | 'ids'> & Parameters<typeof startControlRuns>[1],
): Promise<void> {
  const [demo, ...files] = await Promise.all([
    readFile(new URL('campaign.json', DATA), 'utf8'),
    ...FILES.map((name) => sourceOf(name)),
    sourceOf('scores.csv', { format: 'scores', scale: 100 }),
  ]);
  const loaded = await loadDemo({ demo: JSON.parse(demo) as DemoCampaign, files }, ports);
  if (loaded !== null) await startControlRuns({ actor: SYSTEM_ACTOR, campaign: loaded.slug }, ports);
}

async function sourceOf(
  name: string,
  options: Pick<ImportSource, 'format' | 'scale'> = {},
): Promise<ImportSource> {
  const path = fileURLToPath(new URL(name, DATA));
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { ...options, name, path, sha256 };
}
