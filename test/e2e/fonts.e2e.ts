import { expect, type Page } from '@playwright/test';
import { openVariant, VARIANTS } from './screens.ts';
import { test } from './test.ts';

const PHONE_IN = (locale: 'en' | 'zh') =>
  VARIANTS.find((variant) => variant.width < 500 && variant.locale === locale)!;

async function fontsOf(page: Page, path: string): Promise<readonly string[]> {
  const fetched: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'font' || /\bwght\b.*\.css/.test(request.url()))
      fetched.push(request.url());
  });
  await page.goto(path);
  await page.evaluate(() => document.fonts.ready);
  return fetched;
}

test('an English booth fetches Inter and nothing for Chinese', async ({ browser }) => {
  const page = await openVariant(browser, PHONE_IN('en'));
  const fetched = await fontsOf(page, '/c/mt-bench-excerpt/vote');
  expect(fetched).toHaveLength(1);
  expect(fetched[0]).toContain('inter-latin');
  await page.context().close();
});

test('a Chinese page has a face for its characters, whatever the device has', async ({ browser }) => {
  const page = await openVariant(browser, PHONE_IN('zh'));
  await page.goto('/');
  const known = await page.evaluate(async () => {
    await document.fonts.load('16px "Noto Sans SC Variable"', '投票');
    return [...document.fonts].filter(
      (face) => face.family.includes('Noto Sans SC') && face.status === 'loaded',
    ).length;
  });
  expect(known).toBeGreaterThan(0);
  await page.context().close();
});
