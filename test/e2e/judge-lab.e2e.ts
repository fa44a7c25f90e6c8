import {
  nonceOf,
  type ScriptedOpenAiServer,
  type ScriptedRequest,
  startScriptedOpenAiServer,
} from '@agon/testkit';
import { expect, type Page } from '@playwright/test';
import { ownerOf, type Session, sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS, watchPage } from './screens.ts';
import { test } from './test.ts';

const MINE = `---
id: my-judge
title: Mine
measures: Which answer is better.
mode: pairwise
labels: [A, B, tie]
settings: { temperature: 0, max_tokens: 300 }
---
{% system %}
You compare two answers to the same request. Judge correctness first.
{% user %}
{{ conversation }}

Write at most three sentences, then your decision exactly as {{ verdict_tag }}, with A, B or tie inside the tag.
`;

let server: ScriptedOpenAiServer;
let provider = 'lab';
let session: Session;
/** What the judge model does; the second version of the judge is another one. */
function reply(request: ScriptedRequest) {
  const nonce = nonceOf(request);
  const text = request.messages.map(({ content }) => content).join('\n');
  if (nonce === '') return { kind: 'text', text: 'ready' } as const;
  const isStrict = text.includes('Be strict');
  // the longer text decides what this model says, and every fourth time the order does
  const letters = text.length % 4;
  const label = letters === 0 ? 'A' : letters === 1 && !isStrict ? 'tie' : text.length % 2 === 0 ? 'B' : 'A';
  if (text.length % 11 === 0)
    return { kind: 'text', text: 'Both have their merits; it depends.', costUsd: 0.0004 } as const;
  return {
    kind: 'text',
    text: `The first answer solves the task; the second leaves out a case.\n<v-${nonce}>${label}</v-${nonce}>`,
    costUsd: 0.0004,
    delayMs: 30,
  } as const;
}

test.beforeAll(async ({ browser, baseURL }) => {
  const worker = test.info().workerIndex || '';
  provider = `lab-provider${worker}`;
  server = await startScriptedOpenAiServer(reply, { models: ['scripted-judge'] });
  const owner = await ownerOf(baseURL!);
  session = await sessionOf(browser, baseURL!, `Lea${worker}`, 'admin');
  await owner('addProvider', { body: { name: provider, base_url: server.baseUrl } });
});
test.afterAll(() => server.stop());

const editorOf = (page: Page) => page.getByRole('textbox', { name: 'The judge’s file' });

async function write(page: Page, text: string): Promise<void> {
  await editorOf(page).click();
  await page.keyboard.press('Control+a');
  // the editor's own command: Chromium's, over a selection, tries an inline style that the policy of our pages refuses
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

/** Whose fields are shown once a model was never chosen. */
async function chooseModel(page: Page): Promise<void> {
  const form = page.getByRole('form', { name: 'What is tried where' });
  await form.getByRole('combobox', { name: 'Campaign' }).selectOption('mt-bench-excerpt');
  await form.getByRole('combobox', { name: 'Provider', exact: true }).selectOption(provider);
  await form.getByLabel('Model, as the provider knows it').fill('scripted-judge');
}

/** By keyboard, once the file was checked and it is known whom to ask. */
async function dryRun(page: Page): Promise<void> {
  await expect(page.locator('button[aria-keyshortcuts^="Control+Enter"]')).toBeEnabled();
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+Enter');
}

test('a researcher writes a judge, tries it, saves two versions and compares them', async ({ page }) => {
  test.setTimeout(180_000);
  const { faults } = watchPage(page);
  await page.context().addCookies(session);

  await test.step('problems are seen where they are', async () => {
    await page.goto('/workbench/judges');
    await page.getByRole('link', { name: 'New judge' }).click();
    await expect(page.locator('.cm-content')).toBeVisible();
    await write(page, MINE.replace('{{ conversation }}', '{{ conversatoin }}'));
    const problem = page.getByRole('button', { name: 'Line 12' }).first();
    await expect(problem).toBeVisible();
    await expect(page.locator('.cm-lintRange-error').first()).toBeVisible();
    await expect(page.getByRole('button', { name: /^Save/ })).toBeDisabled();
    await write(page, MINE);
    await expect(page.getByText('No problems')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('my-judge');
  });

  await test.step('a reload loses nothing', async () => {
    await page.reload();
    await expect(page.locator('.cm-content')).toContainText('Judge correctness first.');
    await expect(page.getByText(/Your draft of/)).toBeVisible();
  });

  await test.step('a dry run by keyboard, beside what people said', async () => {
    const rows = page.getByRole('region', { name: 'Battles that were tried' }).getByRole('row');
    await chooseModel(page);
    await dryRun(page);
    await expect(rows).toHaveCount(11);
    await expect(page.getByText('20 of 20')).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText('5 chosen, 5 drawn, both orders')).toBeVisible();
    await expect(page.getByText('agree with people')).toBeVisible();
    const first = rows.nth(1).getByRole('button');
    await first.focus();
    await page.keyboard.press('ArrowDown');
    await expect(rows.nth(2).getByRole('button')).toBeFocused();
    await page.keyboard.press('p');
    await expect(page.getByText('4 chosen, 6 drawn, both orders')).toBeVisible();
    await page.keyboard.press('p');
    await page.getByText('What was sent').first().click();
    await expect(page.getByRole('article').first()).toContainText('You compare two answers');
  });

  await test.step('saved as the first version, and the second', async () => {
    await page.keyboard.press('Escape');
    await editorOf(page).focus();
    await page.keyboard.press('Control+s');
    await expect(page).toHaveURL(/\/workbench\/judges\/my-judge$/);
    await expect(page.getByText('v1', { exact: true })).toBeVisible();
    await write(page, MINE.replace('Judge correctness first.', 'Judge correctness first. Be strict.'));
    await expect(page.getByText('v1, unsaved')).toBeVisible();
    await page.getByRole('button', { name: 'Dry run', exact: false }).first().click();
    await expect(page.getByText('20 of 20')).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(/against v1/).first()).toBeVisible();
    await page.getByRole('button', { name: 'Save v2' }).click();
    await expect(page.getByText('Saved as v2.')).toBeVisible();
  });

  await test.step('two versions side by side', async () => {
    await page.getByRole('link', { name: 'Compare versions' }).click();
    // over the battles that the lab tried
    await expect(page).toHaveURL(/campaign=mt-bench-excerpt/);
    await expect(page.locator('.cm-content')).toContainText('Be strict.');
    await expect(page.getByRole('rowheader', { name: 'κ with people' })).toBeVisible();
    await expect(page.getByText(/McNemar p = /)).toBeVisible();
    await expect(page.getByText(/verdicts are not the same/)).toBeVisible();
  });
  expect(faults).toEqual([]);
});

for (const variant of VARIANTS) {
  test(`screens of the lab, ${variant.name}`, async ({ browser, baseURL }) => {
    test.setTimeout(120_000);
    const page = await openVariant(browser, variant);
    await page.context().addCookies(session);
    const asked = JSON.stringify({ campaign: 'mt-bench-excerpt', provider, model: 'scripted-judge' });
    await page.addInitScript((value) => localStorage.setItem('agon.lab.asked', value), asked);
    const { faults } = watchPage(page);
    await page.goto(`${baseURL}/workbench/judges`);
    await checkScreen(page, `judges-list-${variant.name}`, { fullPage: true });
    await page.goto(`${baseURL}/workbench/judges/my-judge`);
    await expect(page.locator('.cm-content')).toBeVisible();
    await dryRun(page);
    await expect(page.locator('a.figures')).toContainText('20', { timeout: 30_000 });
    await expect(page.getByRole('article').first()).toContainText(/v-|merits/, { timeout: 30_000 });
    await expect(page.locator('tbody tr')).toHaveCount(10);
    await expect(page.locator('a.figures')).toContainText(/20.*20/, { timeout: 30_000 });
    await checkScreen(page, `lab-${variant.name}`, { fullPage: variant.width < 500 });
    await page.goto(`${baseURL}/workbench/judges/my-judge/compare?campaign=mt-bench-excerpt`);
    await expect(page.locator('.cm-content')).toBeVisible();
    await checkScreen(page, `lab-compare-${variant.name}`, { fullPage: true });
    expect(faults).toEqual([]);
    await page.context().close();
  });
}
