import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, expect, type Page } from '@playwright/test';

const PICTURES = fileURLToPath(new URL('./.output/pictures/', import.meta.url));
mkdirSync(PICTURES, { recursive: true });

export type Variant = {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly locale: 'en' | 'zh';
};

const ALL_VARIANTS: readonly Variant[] = (['en', 'zh'] as const).flatMap((locale) =>
  (['light', 'dark'] as const).flatMap((scheme) => [
    { name: `wide-${scheme}-${locale}`, width: 1440, height: 900, scheme, locale },
    { name: `phone-${scheme}-${locale}`, width: 390, height: 844, scheme, locale },
  ]),
);

/** Half of the eight, in which each width meets both colour schemes and both languages, and each scheme both languages. */
const PAIRWISE = ['wide-light-en', 'phone-dark-en', 'phone-light-zh', 'wide-dark-zh'];

/** Every screen is checked in these. `AGON_E2E_VARIANTS=all`: in all eight, which takes twice as long. */
export const VARIANTS: readonly Variant[] =
  process.env.AGON_E2E_VARIANTS === 'all'
    ? ALL_VARIANTS
    : ALL_VARIANTS.filter(({ name }) => PAIRWISE.includes(name));

/** A page of its own in one variant. The caller closes its context. */
export async function openVariant(browser: Browser, variant: Variant): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: variant.width, height: variant.height },
    colorScheme: variant.scheme,
    locale: variant.locale === 'zh' ? 'zh-CN' : 'en-US',
    reducedMotion: 'reduce',
  });
  return context.newPage();
}

/** Takes the picture and checks what a screen must be: axe finds nothing, and the page does not scroll sideways. */
export async function checkScreen(
  page: Page,
  name: string,
  /** `fullPage`: with what is below the fold. `within`: where axe looks, on pages that would take it a minute. */
  { fullPage = false, within = [] }: { fullPage?: boolean; within?: readonly string[] } = {},
): Promise<void> {
  await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage });
  const axe = new AxeBuilder({ page });
  for (const part of within) axe.include(part);
  const { violations } = await axe.analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(sideways).toBeLessThanOrEqual(0);
}

/** What went wrong on a page: messages of the console, policy violations, requests that left the site. */
export function watchPage(page: Page): { readonly faults: string[] } {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(`request to ${request.url()}`);
  });
  return { faults };
}

/** Waits until a vote on the battle on screen is taken: both answers were painted for the least time. */
export async function readBattle(page: Page): Promise<void> {
  await expect(page.locator('[role="group"] button[aria-disabled="true"]')).toHaveCount(0);
  await expect(page.locator('.answer').filter({ visible: true }).first()).toBeVisible();
}
