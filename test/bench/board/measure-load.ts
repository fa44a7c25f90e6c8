/**
 * One way to bring a campaign's votes into memory, in a process of its own:
 * `node --expose-gc measure-load.ts URL CAMPAIGN columns|objects`. Prints one line of JSON.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connect } from '@agon/database';
import type { CampaignId } from '@agon/domain';
import { createComparisonStore } from '../../../packages/database/src/comparisons/comparison-store.ts';
import { readAsObjects } from './rows-as-objects.ts';

const [url, campaign, way] = process.argv.slice(2);
const database = connect(url!, { connections: 2 });
await database.sql`select 1`;
const collect = (globalThis as { gc?: () => void }).gc;
const resident = () => {
  collect?.();
  return process.memoryUsage().rss / 2 ** 20;
};
const before = resident();
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss() / 2 ** 20);
}, 50);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const startedAt = performance.now();
const kept =
  way === 'columns'
    ? await createComparisonStore(database).read(campaign as CampaignId)
    : await readAsObjects(database, campaign as CampaignId);
const seconds = (performance.now() - startedAt) / 1000;
delay.disable();
clearInterval(watch);
peak = Math.max(peak, process.memoryUsage.rss() / 2 ** 20);
const rows = 'people' in kept ? kept.people.length : kept.rows.length;
process.stdout.write(
  `${JSON.stringify({ rows, seconds, longestBlockMs: delay.max / 1e6, before, after: resident(), peak })}\n`,
);
await database.close();
