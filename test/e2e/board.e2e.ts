import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { readBattle, watchPage } from './screens.ts';
import { test } from './test.ts';

const BOARD = '/c/mt-bench-excerpt/board';

const modelRow = (page: Page, name: string) =>
  page
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
    .first();
const models = (page: Page) => page.locator('table').first().locator('tbody th[scope=row]').allInnerTexts();

test('the board stands without JavaScript', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(BOARD);
  await expect(page.getByRole('rowheader', { name: 'gpt-4', exact: true }).first()).toBeVisible();
  await page.goto(`${BOARD}?tab=unified`);
  await page.getByRole('slider', { name: 'Weight of Benchmarks' }).fill('90');
  await page.getByRole('button', { name: 'Apply weights' }).click();
  await expect(page).toHaveURL(/benchmarks=90/);
  await context.close();
});

test('switches and filters change the numbers in place, and the URL keeps them', async ({ page }) => {
  await page.goto(BOARD);
  const row = modelRow(page, 'gpt-4');
  const before = await row.innerText();
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  const ties = page.getByRole('list', { name: 'Ties' });
  await ties.getByRole('link', { name: 'Drop' }).click();
  await expect(page).toHaveURL(/ties=drop/);
  await expect(row).not.toHaveText(before, { useInnerText: true });
  await expect(page.getByText('custom', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Maths', exact: true }).click();
  await expect(page).toHaveURL(/category=math/);
  await page.getByRole('combobox', { name: 'Open weights' }).selectOption('yes');
  await expect(page).toHaveURL(/open_weights=yes/);
  await expect.poll(() => models(page)).not.toContain('gpt-4');
  expect(await page.evaluate(() => 'stayed' in window)).toBe(true);
  expect([...(await models(page))].sort()).toEqual(['alpaca-13b', 'llama-13b', 'vicuna-13b-v1.2']);
  const shown = await page.locator('table').first().innerText();
  await page.reload();
  await expect(page.locator('table').first()).toHaveText(shown, { useInnerText: true });
  await page.getByRole('link', { name: 'Reset' }).click();
  await expect(page).not.toHaveURL(/ties=drop/);
  await expect(page).toHaveURL(/category=math/);
});

test('a method takes only the choices that it has along, and every method has a board', async ({ page }) => {
  await page.goto(`${BOARD}?ties=model&interval=fisher`);
  const methods = page.getByRole('list', { name: 'Method', exact: true });
  const ties = page.getByRole('list', { name: 'Ties' });
  await methods.getByRole('link', { name: 'Win rate' }).click();
  await expect(page).toHaveURL(/method=win-rate/);
  await expect(page).not.toHaveURL(/ties=model|interval=fisher/);
  await expect(ties.getByRole('link')).toHaveText(['Half', 'Drop']);
  for (const name of await methods.getByRole('link').allInnerTexts()) {
    await methods.getByRole('link', { name, exact: true }).click();
    await expect(methods.locator('[aria-current]')).toHaveText(name);
    await expect(modelRow(page, 'gpt-4')).toBeVisible();
  }
  await methods.getByRole('link', { name: 'Davidson' }).click();
  await expect(ties).toHaveCount(0);
  await expect(page.getByText('ties modelled')).toBeVisible();
});

test('each method and interval is explained where its switch points to', async ({ page }) => {
  await page.goto(BOARD);
  const methods = page.getByRole('list', { name: 'Method', exact: true });
  for (const [name, path] of [
    ['Bradley–Terry', 'bradley-terry'],
    ['Davidson', 'davidson'],
    ['Glicko-2', 'glicko2'],
  ] as const) {
    await methods.getByRole('link', { name }).click();
    await page.getByRole('link', { name: `About ${name}` }).click();
    await expect(page).toHaveURL(new RegExp(`tab=method.*#method-${path}$`));
    const section = page.locator(`#method-${path}`);
    await expect(section).toBeInViewport();
    await expect(section.getByRole('heading')).toHaveText(name);
    for (const term of ['Assumes', 'Use it', 'Formula', 'Source'])
      await expect(section.getByRole('term').filter({ hasText: term })).toBeVisible();
    await page.goBack();
  }
  await page.goto(`${BOARD}?interval=bootstrap`);
  await page.getByRole('link', { name: 'About Bootstrap' }).click();
  await expect(page.locator('#interval-bootstrap')).toBeInViewport();
});

test('the pairs to ask next stand beside the plan', async ({ page }) => {
  await page.goto(BOARD);
  const rows = page.getByRole('region', { name: 'Pairs to ask next' }).locator('tbody tr');
  await expect(rows).toHaveCount(10);
  // the best first: each takes less of the variance away than the one before
  const gains = (await rows.locator('td:nth-child(2)').allInnerTexts()).map((text) =>
    Number(/^−([\d.]+) %$/.exec(text)![1]),
  );
  expect(gains).toEqual(gains.toSorted((x, y) => y - x));
  for (const text of await rows.locator('td:last-child').allInnerTexts())
    expect(text).toMatch(/^(settled|≈ [\d,]+|≈ [\d.]+[KMB]|—)$/);
});

test('the table sorts and shows columns by keyboard alone, and its file says the same', async ({ page }) => {
  await page.goto(BOARD);
  const votes = page
    .locator('table')
    .first()
    .getByRole('columnheader', { name: /^Votes/ })
    .getByRole('link');
  await votes.focus();
  await page.keyboard.press('Enter');
  await expect(
    page
      .locator('table')
      .first()
      .getByRole('columnheader', { name: /^Votes/ }),
  ).toHaveAttribute('aria-sort', 'descending');
  await page.getByText('Columns', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Intervals' })).toBeFocused();
  await page.getByRole('listitem').getByRole('link', { name: 'GSM8K' }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/columns=/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('link', { name: 'Intervals' })).toBeHidden();
  await expect(page.getByRole('columnheader', { name: 'GSM8K' })).toHaveCount(0);

  const order = await models(page);
  await page.getByText('Export', { exact: true }).focus();
  await page.keyboard.press('Enter');
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'This table as CSV' }).focus();
  await page.keyboard.press('Enter');
  const file = await waiting;
  expect(file.suggestedFilename()).toMatch(/^mt-bench-excerpt-people-\d{4}-\d\d-\d\d\.csv$/);
  const [head, ...lines] = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(head).toBe(
    'rank,rank_low,rank_high,model,people,people_low,people_high,judges,judges_low,judges_high,HellaSwag,MMLU,comparisons',
  );
  expect(lines.map((line) => line.split(',')[3])).toEqual(order);
  const gpt4 = lines
    .find((line) => line.includes(',gpt-4,'))!
    .split(',')
    .map(Number);
  const shown = /(\d+) ± (\d+)/
    .exec(await modelRow(page, 'gpt-4').innerText())!
    .slice(1)
    .map(Number);
  expect(Math.round(gpt4[4]!)).toBe(shown[0]);
  expect(Math.round((gpt4[6]! - gpt4[5]!) / 2)).toBe(shown[1]);
});

test('weights move by keyboard, live in the URL, and change the score', async ({ page }) => {
  await page.goto(`${BOARD}?tab=unified`);
  const row = modelRow(page, 'llama-13b');
  const before = await row.innerText();
  await page.getByRole('slider', { name: 'Weight of Benchmarks' }).focus();
  await page.keyboard.press('End');
  await expect(page).toHaveURL(/benchmarks=100/);
  await expect(row).not.toHaveText(before, { useInnerText: true });
  await page.getByRole('link', { name: 'People only' }).click();
  await expect(page).toHaveURL(/people=100&judges=0&benchmarks=0/);
  await page.getByRole('link', { name: 'Reset' }).click();
  await expect(row).toHaveText(before, { useInnerText: true });
});

test('a pair opens from the heat map by keyboard, and has its own address', async ({ page }) => {
  await page.goto(BOARD);
  // the arrow keys work once the page has come alive
  await expect(page.getByText(/^● live$/)).toBeVisible();
  const map = page.getByRole('region', { name: 'Wins in 100, row against column' });
  await map.getByRole('link').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(map.getByRole('link').nth(6)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  const address = page.url();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page).toHaveURL(BOARD);
  await page.goto(address);
  await expect(page.getByRole('dialog').getByRole('heading')).toContainText(' against ');
});

test('a model has a page: head to head adds up to its votes', async ({ page }) => {
  const { faults } = watchPage(page);
  await page.goto(BOARD);
  await page.getByRole('rowheader', { name: 'gpt-4', exact: true }).first().getByRole('link').click();
  await expect(page).toHaveURL(`${BOARD}/models/gpt-4`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('gpt-4');
  const cells = await page
    .getByRole('region', { name: 'Head to head' })
    .locator('tbody td:last-child')
    .allInnerTexts();
  const total = cells.flatMap((text) => text.split('·').map(Number)).reduce((sum, n) => sum + n, 0);
  const votes = /([\d,]+) votes/.exec(await page.locator('dl').first().innerText())![1]!;
  expect(total).toBe(Number(votes.replaceAll(',', '')));
  await page.getByRole('link', { name: 'Judges', exact: true }).click();
  await expect(page).toHaveURL(/source=judges/);
  expect(faults).toEqual([]);
});

test('a vote reaches the open board by itself', async ({ page, browser, baseURL }) => {
  await page.goto(BOARD);
  await expect(page.getByText(/^● live$/)).toBeVisible();
  const count = async () =>
    Number(
      /([\d,]+) votes by/
        .exec(await page.locator('main header .figures summary').innerText())![1]!
        .replaceAll(',', ''),
    );
  const before = await count();
  const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}) });
  const booth = await context.newPage();
  await booth.goto('/c/mt-bench-excerpt/vote');
  await booth.getByRole('button', { name: 'I agree, skip the practice' }).click();
  await expect(booth.getByRole('group', { name: 'Your vote' })).toBeVisible();
  await readBattle(booth);
  await booth.keyboard.press('1');
  await expect(booth.getByText(/^Saved · 1 vote/)).toBeVisible();
  await expect.poll(count).toBe(before + 1);
  await expect(page.getByRole('status').first()).toContainText('The board has new votes.');
  await context.close();
});

test('a board, a model or a snapshot that does not exist says so', async ({ page }) => {
  for (const path of [
    '/c/no-such-campaign/board',
    `${BOARD}/models/no-such-model`,
    '/s/00000000-0000-7000-8000-000000000000',
  ]) {
    expect((await page.goto(path))?.status()).toBe(404);
  }
});
