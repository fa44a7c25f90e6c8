import { expect } from '@playwright/test';
import { ownerOf, type Session, sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS, watchPage } from './screens.ts';
import { simulateVotes } from './simulated-votes.ts';
import { test } from './test.ts';

const MODELS = 300;
/** As long as names of models are. */
const nameOf = (i: number) => `model-${String(i).padStart(3, '0')}-instruct-${[7, 13, 34, 70][i % 4]}b`;
/** What the page may weigh, before compression. */
const MAX_BYTES = 1_900_000;

let slug = 'many';
let session: Session;

test.beforeAll(async ({ browser, baseURL }) => {
  test.setTimeout(120_000);
  const worker = test.info().workerIndex || '';
  slug = `many${worker}`;
  const models = Array.from({ length: MODELS }, (_, i) => nameOf(i));
  const owner = await ownerOf(baseURL!);
  session = await sessionOf(browser, baseURL!, `Lin${worker}`, 'researcher');
  await owner('createCampaign', { body: { slug, title: 'Three hundred models' } });
  const votes = simulateVotes({
    tag: 'many',
    models,
    step: 3 / MODELS,
    raters: Array.from({ length: 200 }, (_, i) => `r${i}`),
    votes: 20_000,
  });
  const scores = models.flatMap((name, i) =>
    // every seventh has none: its place in the unified table is provisional
    i % 7 === 0 ? [] : [`${name},mmlu,${(0.9 - (0.6 * i) / MODELS).toFixed(3)},1000,test`],
  );
  for (const file of [
    { name: 'votes.jsonl', text: votes },
    {
      name: 'scores.csv',
      text: ['model,benchmark,score,n,source', ...scores].join('\n'),
      format: 'scores',
      scale: 1 as const,
    },
  ])
    await owner('createImport', { params: { campaign: slug }, body: { files: [file] } });
});

test('a board of 300 models is light, and its heat map is walked through by keyboard', async ({ page }) => {
  const { faults } = watchPage(page);
  await page.context().addCookies(session);
  const response = await page.goto(`/c/${slug}/board`);
  expect((await response!.body()).length).toBeLessThan(MAX_BYTES);
  expect(await page.locator('table').first().locator('tbody th[scope=row]').count()).toBe(MODELS);
  const map = page.getByRole('region', { name: 'Wins in 100, row against column' });
  expect(await map.locator('tbody tr').count()).toBe(25);
  const windows = page.getByRole('navigation', { name: 'Wins in 100, row against column' });
  await expect(windows).toContainText('Places 1 to 25 of 300');
  await windows.getByRole('link', { name: 'Those after' }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/from=26/);
  await expect(windows).toContainText('Places 26 to 50 of 300');
  await expect(windows.getByRole('link', { name: 'Those before' })).toBeVisible();
  await expect(map.locator('tbody tr')).toHaveCount(25);
  await expect(page.getByText(/^● live$/)).toBeVisible();
  await map.getByRole('link').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('heading')).toContainText(' against ');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/board\?from=26$/);
  expect(faults).toEqual([]);
});

test('lists of hundreds of names are told short', async ({ page }) => {
  await page.context().addCookies(session);
  await page.goto(`/c/${slug}/board?tab=unified`);
  await expect(page.getByText(/more models are provisional\.$/)).toBeVisible();
  const moves = page.getByRole('row', { name: /^without people/ });
  await expect(moves).toContainText(/and \d+ more$/);
  await page.goto(`/workbench/campaigns/${slug}`);
  await expect(page.getByText('The matrix has the 40 models with the fewest votes, of 300.')).toBeVisible();
  expect(await page.locator('tbody tr').count()).toBe(40);
});

for (const variant of VARIANTS.filter(({ name }) => ['wide-light-en', 'phone-light-zh'].includes(name))) {
  test(`300 models as they look, ${variant.name}`, async ({ browser }) => {
    test.setTimeout(120_000);
    const page = await openVariant(browser, variant);
    await page.context().addCookies(session);
    for (const [path, picture] of [
      [`/c/${slug}/board`, 'many'],
      [`/c/${slug}/board?tab=unified`, 'many-unified'],
      [`/workbench/campaigns/${slug}`, 'many-progress'],
    ] as const) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await checkScreen(page, `${picture}-${variant.name}`, { within: ['nav', 'aside', 'header', 'h2'] });
    }
    await page.context().close();
  });
}
