/** `npm run pictures`: puts the pictures of the last browser run where README shows them. */
import { copyFileSync, mkdirSync } from 'node:fs';

const PICTURES = {
  'board.png': 'board-wide-light-en.png',
  'booth.png': 'reveal-wide-light-en.png',
  'phone.png': 'battle-phone-dark-en.png',
  'unified.png': 'unified-wide-light-en.png',
  'campaign.png': 'workbench-progress-wide-light-en.png',
  'import.png': 'workbench-map.png',
  'runs.png': 'workbench-runs-wide-light-en.png',
} as const;

const to = new URL('../../docs/pictures/', import.meta.url);
mkdirSync(to, { recursive: true });
for (const [name, from] of Object.entries(PICTURES))
  copyFileSync(new URL(`./.output/pictures/${from}`, import.meta.url), new URL(name, to));
