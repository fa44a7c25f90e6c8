import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type DemoCampaign, loadDemo, type Ports } from '@agon/arena';

const DATA = new URL('../data/', pathToFileURL(createRequire(import.meta.url).resolve('@agon/arena')));

/** The first-run campaign, where the database has none. */
export async function loadDemoCampaign(
  ports: Pick<Ports, 'campaigns' | 'imports' | 'clock' | 'ids'>,
): Promise<void> {
  const [demo, scoresCsv] = await Promise.all([
    readFile(new URL('demo-campaign.json', DATA), 'utf8'),
    readFile(new URL('demo-scores.csv', DATA), 'utf8'),
  ]);
  await loadDemo({ demo: JSON.parse(demo) as DemoCampaign, scoresCsv }, ports);
}
