import { expect, test } from '@playwright/test';
import { checkScreen, openVariant, VARIANTS, watchPage } from './screens.ts';

const BOARD = '/c/mt-bench-excerpt/board';

for (const variant of VARIANTS) {
  test(`the board, ${variant.name}`, async ({ browser }) => {
    const page = await openVariant(browser, variant);
    const { faults } = watchPage(page);
    await page.goto(BOARD);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('MT-bench excerpt, six models');
    await expect(page.getByRole('row')).not.toHaveCount(0);
    await checkScreen(page, `board-${variant.name}`);
    await page.goto(`${BOARD}?tab=unified`);
    await checkScreen(page, `unified-${variant.name}`);
    await page.goto(`${BOARD}?tab=benchmarks`);
    await checkScreen(page, `benchmarks-${variant.name}`);
    expect(faults).toEqual([]);
    await page.context().close();
  });
}

test('the board stands without JavaScript', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(BOARD);
  await expect(page.getByRole('rowheader', { name: 'gpt-4', exact: true }).first()).toBeVisible();
  await context.close();
});

test('switches and filters change the numbers, and the URL keeps them', async ({ page }) => {
  await page.goto(BOARD);
  const rating = page.getByRole('row', { name: /gpt-4/ }).first();
  const before = await rating.innerText();
  await page.getByRole('link', { name: 'Drop' }).first().click();
  await expect(page).toHaveURL(/ties=drop/);
  await expect(rating).not.toHaveText(before);
  await expect(page.getByText('Custom settings')).toBeVisible();
  await page.getByRole('link', { name: 'math', exact: true }).click();
  await expect(page).toHaveURL(/category=math/);
  const filtered = await rating.innerText();
  await page.reload();
  await expect(rating).toHaveText(filtered, { useInnerText: true });
});

test('the table sorts by keyboard and says so', async ({ page }) => {
  await page.goto(BOARD);
  const votes = page.getByRole('button', { name: /^Votes/ });
  await votes.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: /Votes/ })).toHaveAttribute('aria-sort', 'descending');
});

test('a board that does not exist says so', async ({ page }) => {
  const response = await page.goto('/c/no-such-campaign/board');
  expect(response?.status()).toBe(404);
});
