import { expect } from '@playwright/test';
import { sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS, watchPage } from './screens.ts';
import { test } from './test.ts';

test('an owner lets others in, hands the campaign over, and a stranger sees no draft', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(180_000);
  const worker = test.info().workerIndex || '';
  const slug = `herons${worker}`;
  const pageOf = async (name: string) => {
    const context = await browser.newContext({ baseURL: baseURL! });
    await context.addCookies(await sessionOf(browser, baseURL!, `${name}${worker}`, 'researcher'));
    return context.newPage();
  };
  const [nora, omar, petra] = [await pageOf('Nora'), await pageOf('Omar'), await pageOf('Petra')];
  const { faults } = watchPage(nora);
  const made = await nora.request.post('/api/v1/campaigns', {
    data: { slug, title: 'Herons' },
    headers: { origin: baseURL! },
  });
  expect(made.ok()).toBe(true);

  await nora.goto(`/workbench/campaigns/${slug}/settings`);
  const members = nora.getByRole('region', { name: 'Members' });
  await expect(members.getByRole('row', { name: /Nora.*\(you\)/ })).toBeVisible();
  await nora.getByLabel('E-mail of a researcher').fill(`omar${worker}@example.org`);
  await nora.getByRole('combobox', { name: 'Role', exact: true }).selectOption('viewer');
  await nora.getByRole('button', { name: 'Add member' }).click();
  await expect(members.getByRole('row', { name: /Omar/ })).toBeVisible();
  await nora.getByRole('combobox', { name: /^Role of Nora/ }).selectOption('viewer');
  await expect(nora.getByRole('alert')).toContainText('needs an owner among its members');
  // what was not changed is shown as it is
  await expect(nora.getByRole('combobox', { name: /^Role of Nora/ })).toHaveValue('owner');

  await omar.goto(`/workbench/campaigns/${slug}/settings`);
  await expect(omar.getByText('You are a viewer of this campaign')).toBeVisible();
  await expect(omar.getByLabel('Title that voters see')).toBeDisabled();
  await expect(omar.getByRole('button', { name: 'Add member' })).toHaveCount(0);
  await petra.goto('/workbench');
  await expect(petra.getByRole('link', { name: 'Herons' })).toHaveCount(0);
  const missing = await petra.goto(`/workbench/campaigns/${slug}`);
  expect(missing?.status()).toBe(404);

  await nora.getByRole('combobox', { name: /^Role of Omar/ }).selectOption('owner');
  await expect(nora.getByText(/is now owner/i)).toBeVisible();
  await omar.reload();
  await omar.getByRole('button', { name: /^Remove Nora/ }).click();
  await expect(omar.getByRole('row', { name: /Nora/ })).toHaveCount(0);
  expect((await nora.goto(`/workbench/campaigns/${slug}`))?.status()).toBe(404);
  // refused on purpose: the last owner who stepped down, and the page that is not there any more
  expect(faults.filter((fault) => !/40[34]/.test(fault))).toEqual([]);

  const cookies = await omar.context().cookies();
  for (const variant of VARIANTS) {
    const page = await openVariant(browser, variant);
    await page.context().addCookies(cookies);
    await page.goto(`${baseURL}/workbench/campaigns/${slug}/settings`);
    await checkScreen(page, `workbench-members-${variant.name}`, { fullPage: true });
    await page.context().close();
  }
  for (const page of [nora, omar, petra]) await page.context().close();
});
