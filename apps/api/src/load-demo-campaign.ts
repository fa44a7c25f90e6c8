import { readFile } from 'node:fs/promises';
import { type DemoCampaign, loadDemo, type Ports } from '@agon/arena';

const DATA = new URL('../data/', import.meta.resolve('@agon/arena'));

/** The first-run campaign, where the database has none. */
export async function loadDemoCampaign(ports: Ports): Promise<void> {
  const [demo, scoresCsv] = await Promise.all([
    readFile(new URL('demo-campaign.json', DATA), 'utf8'),
    readFile(new URL('demo-scores.csv', DATA), 'utf8'),
  ]);
  await loadDemo({ demo: JSON.parse(demo) as DemoCampaign, scoresCsv }, ports);
}
