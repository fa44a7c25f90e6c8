import { expect } from '@playwright/test';
import { ownerClient } from './owner-client.ts';
import { checkScreen, openVariant, VARIANTS, watchPage } from './screens.ts';
import { test } from './test.ts';

const SLUG = 'mt-bench-excerpt';
const BOARD = `/c/${SLUG}/board`;

/** Every screen of the board. The names of the pictures begin with these. */
const SCREENS = [
  { name: 'board', path: BOARD },
  { name: 'board-judges', path: `${BOARD}?tab=judges&method=elo&sort=-votes` },
  { name: 'unified', path: `${BOARD}?tab=unified` },
  { name: 'unified-custom', path: `${BOARD}?tab=unified&people=10&judges=0&benchmarks=90` },
  { name: 'benchmarks', path: `${BOARD}?tab=benchmarks` },
  { name: 'capability', path: `${BOARD}?tab=capability` },
  { name: 'agreement', path: `${BOARD}?tab=agreement` },
  { name: 'method', path: `${BOARD}?tab=method` },
  { name: 'pair', path: `${BOARD}?pair=gpt-4&against=vicuna-13b-v1.2` },
  { name: 'board-empty', path: `${BOARD}?category=nothing-here` },
  { name: 'board-model', path: `${BOARD}/models/vicuna-13b-v1.2` },
] as const;

let snapshot = '';
test.beforeAll(async ({ baseURL }) => {
  const owner = await ownerClient(baseURL!);
  ({ id: snapshot } = await owner('createSnapshot', { params: { campaign: SLUG }, body: { query: {} } }));
});

for (const variant of VARIANTS) {
  test(`every screen of the board, ${variant.name}`, async ({ browser }) => {
    test.setTimeout(120_000);
    const page = await openVariant(browser, variant);
    const { faults } = watchPage(page);
    for (const { name, path } of [
      ...SCREENS,
      { name: 'snapshot', path: `/s/${snapshot}` },
      { name: 'snapshot-unified', path: `/s/${snapshot}?tab=unified` },
    ]) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      if (name === 'pair') await expect(page.getByRole('dialog')).toBeVisible();
      await checkScreen(page, `${name}-${variant.name}`, { fullPage: name !== 'pair' });
      if (variant.locale === 'zh') expect(await englishIn(page)).toEqual([]);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });
}

/** Sentences that are still English on a Chinese page; names, works and formulas are marked as such, or short. */
async function englishIn(page: import('@playwright/test').Page): Promise<string[]> {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const text = node.textContent?.trim() ?? '';
      if (node.parentElement?.closest('[lang="en"], script, style, noscript, h1, header')) continue;
      // the campaign's attribution is its own text
      if (text.startsWith('MT-bench questions by')) continue;
      if (/[A-Za-z]{3,} [a-z]{2,} [A-Za-z]{2,}/.test(text)) found.push(text);
    }
    return found;
  });
}
