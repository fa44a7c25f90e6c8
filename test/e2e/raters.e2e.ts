import { expect } from '@playwright/test';
import { ownerOf, type Session, sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS, watchPage } from './screens.ts';
import { simulateVotes } from './simulated-votes.ts';
import { test } from './test.ts';

/** A failed test goes on in another worker, on the same data. */
let slug = 'raters';
let session: Session;

test.beforeAll(async ({ browser, baseURL }) => {
  const worker = test.info().workerIndex || '';
  slug = `raters${worker}`;
  const owner = await ownerOf(baseURL!);
  session = await sessionOf(browser, baseURL!, `Grace${worker}`, 'researcher');
  await owner('createCampaign', { body: { slug, title: 'Autumn round' } });
  const bring = (name: string, text: string) =>
    owner('createImport', { params: { campaign: slug }, body: { files: [{ name, text }] } });
  await bring(
    'large.jsonl',
    simulateVotes({
      tag: 'large',
      models: ['alder', 'birch', 'cedar', 'dogwood'],
      step: 1,
      raters: ['ada', 'bo', 'cy', 'di', 'ed', 'lefty'],
      votes: 360,
      lefty: 'lefty',
    }),
  );
  // two models that meet no other, by somebody who votes there alone
  await bring(
    'small.jsonl',
    simulateVotes({ tag: 'small', models: ['xeme', 'yak'], step: 0.5, raters: ['zoe'], votes: 20 }),
  );
  await bring(
    'few.jsonl',
    simulateVotes({ tag: 'few', models: ['alder', 'cedar'], step: 1, raters: ['newcomer'], votes: 3 }),
  );
  await owner('createCampaign', { body: { slug: `${slug}-empty`, title: 'Nobody yet' } });
});

test('the voters’ screen says who is worth a look, why, and how sure it is', async ({ page }) => {
  const { faults } = watchPage(page);
  await page.context().addCookies(session);
  await page.goto(`/workbench/campaigns/${slug}/voters`);
  await expect(page.getByText('1 voter is worth a look.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'lefty' })).toContainText(
    /at most one in [\d,]+ would look like this after \d+ votes\. Nearest habit: always the left answer\./,
  );
  await expect(page.getByText('not to throw them out', { exact: false })).toBeVisible();
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await expect(row('newcomer')).toContainText('too few votes');
  await expect(row('ada')).toContainText(/\d+ % \(\d+–\d+\)/);
  await expect(row('lefty')).toContainText(/p (=|<) 0\.0/);
  // by keyboard: the first press puts the least reliable on top
  const head = page.getByRole('columnheader', { name: 'Reliability' }).getByRole('button');
  await head.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('tbody th[scope=row]').first()).toHaveText('lefty');
  await page.getByRole('columnheader', { name: 'Evidence of a habit' }).getByRole('button').click();
  await expect(page.locator('tbody th[scope=row]').first()).toHaveText('lefty');
  await expect(page.getByRole('columnheader', { name: 'Evidence of a habit' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  );
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Voters as CSV' }).click();
  const text = await new Response((await (await waiting).createReadStream()) as never).text();
  const [columns, first] = text.split('\r\n').map((line) => line.split(','));
  expect(columns).toContain('reliability');
  const cell = (name: string) => Number(first![columns!.indexOf(name)]);
  expect(first![0]).toBe('lefty');
  expect(cell('reliability')).toBeLessThan(0.5);
  expect(cell('evidence_p')).toBeLessThan(0.01);
  expect(faults).toEqual([]);
});

test('a voter’s votes go into quarantine and come back, by keyboard', async ({ page, baseURL }) => {
  const { faults } = watchPage(page);
  const owner = await ownerOf(baseURL!);
  const counted = async () =>
    (await owner('getBoard', { params: { campaign: slug }, query: {} })).counts.votes;
  await page.context().addCookies(session);
  await page.goto(`/workbench/campaigns/${slug}/voters`);
  const before = await counted();
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'lefty' }) });
  await row.getByRole('button', { name: 'Quarantine the votes of lefty' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Quarantine the votes of lefty?' });
  await expect(dialog).toContainText('The board leaves out the 60 votes that lefty has cast so far');
  await checkScreen(page, `raters-quarantine${test.info().workerIndex || ''}`);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await counted()).toBe(before);
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Quarantine' }).focus();
  await page.keyboard.press('Enter');
  const said = page.getByRole('status').filter({ hasText: 'in quarantine' });
  await expect(said).toContainText('60 votes of lefty are in quarantine. The board leaves them out.');
  await expect.poll(counted).toBe(before - 60);
  // who asked stays where they were, and the same key takes it back
  const release = row.getByRole('button', { name: 'Release the votes of lefty' });
  await expect(release).toBeFocused();
  await expect(page.getByText('worth a look')).toHaveCount(0);
  await checkScreen(page, `raters-quarantined${test.info().workerIndex || ''}`, { fullPage: true });
  await page.goto(`/c/${slug}/board?tab=method`);
  await page.getByText('60 votes excluded').click();
  await expect(page.getByText('60 × the voter is in quarantine')).toBeVisible();
  await page.goto(`/workbench/campaigns/${slug}/voters`);
  await release.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('60 votes of lefty count again.')).toBeVisible();
  await expect.poll(counted).toBe(before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(release).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row.getByRole('button', { name: 'Quarantine the votes of lefty' })).toBeVisible();
  await page.goto(`/workbench/campaigns/${slug}/activity`);
  await expect(page.getByRole('row').filter({ hasText: 'Put a voter’s votes into quarantine' })).toHaveCount(
    2,
  );
  expect(faults).toEqual([]);
});

test('the progress of a campaign says what to ask next', async ({ page }) => {
  await page.context().addCookies(session);
  await page.goto(`/workbench/campaigns/${slug}`);
  await expect(page.getByRole('heading', { name: 'What it takes to settle neighbours' })).toBeVisible();
  await expect(page.getByRole('region', { name: /^Pairs to ask next: Among alder/ })).toBeVisible();
});

test('a board that needs a baseline asks for it', async ({ page }) => {
  await page.context().addCookies(session);
  await page.goto(`/c/${slug}/board?method=length-controlled`);
  await expect(page.getByText('choose it under Baseline')).toBeVisible();
  await page.goto(`/c/${slug}/board?method=nonsense`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/does not fit/);
  await page.getByRole('link', { name: 'Open it without these settings' }).click();
  await expect(page).toHaveURL(new RegExp(`/c/${slug}/board$`));
  // the tab that is open is in sight on a phone, too; the strip's border covers a pixel of it
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/c/${slug}/board?tab=method`);
  await expect(page.getByRole('link', { name: 'Method', exact: true })).toBeInViewport({ ratio: 0.9 });
  await page.goto(`/c/${slug}/board?method=elo`);
  await expect(page.getByText('95 % intervals')).toHaveCount(0);
});

test('a board of two groups has a plan for each', async ({ page }) => {
  await page.context().addCookies(session);
  await page.goto(`/c/${slug}/board`);
  await expect(page.getByRole('heading', { level: 3, name: /^Among alder, / })).toHaveCount(2);
  await expect(page.getByRole('heading', { level: 3, name: /^Among (xeme, yak|yak, xeme)$/ })).toHaveCount(2);
  const ask = page.getByRole('region', { name: /^Pairs to ask next: Among (xeme|yak)/ });
  await expect(ask.getByRole('row')).toHaveCount(2);
  await expect(ask.getByRole('row').last()).toContainText(/−[\d.]+ %.*±/);
  // of two models twenty votes know, and the next is one of twenty-one
  await expect(ask.getByRole('row').last()).toContainText('−4.8 %');
});

for (const variant of VARIANTS) {
  test(`voters and plans as they look, ${variant.name}`, async ({ browser }) => {
    const page = await openVariant(browser, variant);
    await page.context().addCookies(session);
    const { faults } = watchPage(page);
    for (const [path, picture] of [
      [`/workbench/campaigns/${slug}/voters`, 'raters'],
      [`/workbench/campaigns/${slug}-empty/voters`, 'raters-empty'],
      [`/workbench/campaigns/${slug}`, 'raters-progress'],
      [`/c/${slug}/board`, 'board-groups'],
    ] as const) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await checkScreen(page, `${picture}-${variant.name}`, { fullPage: true });
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });
}
