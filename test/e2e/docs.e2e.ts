import { CALLS } from '@agon/contract';
import { expect } from '@playwright/test';
import { test } from './test.ts';

test('the page about the API shows every call, answers a try, and loads nothing from elsewhere', async ({
  page,
  baseURL,
}) => {
  const foreign: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${baseURL}/`) && !url.startsWith('data:')) foreign.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto('/api/v1/docs');
  const calls = page.locator('.opblock');
  await expect(calls).toHaveCount(Object.keys(CALLS).length);
  const list = page.locator('#operations-campaigns-listCampaigns, [id$="-listCampaigns"]').first();
  await list.locator('button').first().click();
  await list.getByRole('button', { name: 'Try it out' }).click();
  await list.getByRole('button', { name: 'Execute' }).click();
  await expect(list.locator('.live-responses-table')).toContainText('mt-bench-excerpt');
  expect(foreign).toEqual([]);
  expect(faults).toEqual([]);
});
