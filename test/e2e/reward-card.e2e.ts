import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { writeTinyScorer } from '../../packages/inference/src/onnx/samples/tiny-scorer.ts';
import { ownerClient } from './owner-client.ts';
import { sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS } from './screens.ts';
import { test } from './test.ts';

const CAMPAIGN = 'mt-bench-excerpt';
const JUDGE = 'reward-score';

test('a reward model’s card says what its scores are worth to people, at every width and in both languages', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(300_000);
  const scratch = mkdtempSync(join(tmpdir(), 'agon-reward-'));
  try {
    const folder = join(scratch, 'tiny-reward');
    writeTinyScorer(folder, { reads: 'encoder', labels: 1 });
    const owner = await ownerClient(baseURL!);
    const { run } = await owner('startJudgeRun', {
      params: { campaign: CAMPAIGN },
      body: { judge: JUDGE, model: 'tiny-reward', base_url: `onnx:${folder}` },
    });
    await expect
      .poll(async () => (await owner('getJudgeRun', { params: { run } })).state, { timeout: 120_000 })
      .toBe('done');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const cookies = await sessionOf(browser, baseURL!, `Reward${test.info().workerIndex}`, 'admin');
  for (const variant of VARIANTS) {
    const page = await openVariant(browser, variant);
    await page.context().addCookies(cookies);
    await page.goto(`${baseURL}/workbench/campaigns/${CAMPAIGN}/judges/${JUDGE}`);
    const chances = page.getByRole('table').filter({ hasText: 'ECE' });
    await expect(chances.getByRole('row')).toHaveCount(4);
    // one half is a loss of ln 2, whatever people say
    await expect(chances.getByRole('row', { name: /50 %/ })).toContainText('0.693');
    await page.getByRole('button', { name: /Renew chances|更新榜单/ }).click();
    // votes are those of when the run ended
    await expect(page.getByRole('status').filter({ hasText: /Done: 0|完成：0/ })).toBeVisible();
    await checkScreen(page, `reward-card-${variant.name}`, { fullPage: true });
    await page.context().close();
  }
});
