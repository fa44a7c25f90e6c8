import { readFileSync } from 'node:fs';
import { createClient } from '@agon/client';
import { HOSTILE_PAYLOADS, PROBE } from '@agon/rendering/hostile-payloads';
import { expect } from '@playwright/test';
import { readBattle, watchPage } from './screens.ts';
import { test } from './test.ts';

const SLUG = 'hostile';
const TURNS = 10;

test('texts that want to be more than text stay text', async ({ page, baseURL }) => {
  const { ownerKey } = JSON.parse(
    readFileSync(new URL('./.output/data/server.json', import.meta.url), 'utf8'),
  ) as { ownerKey: string };
  const owner = createClient({ baseUrl: baseURL!, apiKey: ownerKey });
  const groups = Array.from({ length: Math.ceil(HOSTILE_PAYLOADS.length / TURNS) }, (_, i) =>
    HOSTILE_PAYLOADS.slice(i * TURNS, (i + 1) * TURNS),
  );
  const lines = groups.flatMap((payloads, i) =>
    ['x', 'y'].map((model) =>
      JSON.stringify({
        prompt_id: `p${i}`,
        prompt: payloads.map((payload) => `Say ${payload}`),
        model,
        answer: payloads,
      }),
    ),
  );
  await owner('createCampaign', {
    body: { slug: SLUG, title: 'Hostile <img src=x onerror=window.__agon_pwned=1>' },
  });
  const imported = await owner('createImport', {
    params: { campaign: SLUG },
    body: { files: [{ name: 'answers.jsonl', text: lines.join('\n') }] },
  });
  expect(imported.answers).toBe(lines.length);
  await owner('changeCampaign', { params: { campaign: SLUG }, body: { state: 'open' } });

  const { faults } = watchPage(page);
  await page.goto(`/c/${SLUG}/vote`);
  await page.getByRole('button', { name: 'I agree, skip the practice' }).click();
  let shown = 0;
  for (let i = 0; i < groups.length; i += 1) {
    await expect(page.locator('[data-pane="a"] .answer').first()).toBeVisible();
    shown += await page.locator('[data-pane="a"] .answer').count();
    // everything that a reader could set off by accident
    for (const link of await page.locator('.answer a').all())
      await link.hover({ trial: true, timeout: 500 }).catch(() => {});
    expect(await page.evaluate((probe) => probe in window, PROBE)).toBe(false);
    expect(
      await page
        .locator(
          '.answer :is(script, iframe, img, form, style, link, object, embed, svg, input, [onerror], [onclick], [style])',
        )
        .count(),
    ).toBe(0);
    await readBattle(page);
    await page.keyboard.press('2');
    await expect(page.getByText(new RegExp(`^Saved · ${i + 1} vote`))).toBeVisible();
  }
  expect(shown).toBeGreaterThanOrEqual(HOSTILE_PAYLOADS.length);
  await page.goto(`/c/${SLUG}/board`);
  await page.goto('/');
  expect(await page.evaluate((probe) => probe in window, PROBE)).toBe(false);
  expect(faults).toEqual([]);
});
