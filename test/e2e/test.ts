import { test as base, type Page } from '@playwright/test';

/**
 * The server sends a page whole, and what is pressed before its code runs is lost: every page here has arrived once it
 * listens. What is not a page of ours (a file, a refusal without a page) has no such moment.
 */
function arriveListening(page: Page): Page {
  const heard = async () => {
    if ((await page.locator('#app').count()) > 0)
      await page.locator('html[data-listening]').waitFor({ state: 'attached' });
  };
  for (const verb of ['goto', 'reload'] as const) {
    const go = page[verb].bind(page) as (...given: unknown[]) => ReturnType<Page['goto']>;
    page[verb] = async (...given: unknown[]) => {
      const reply = await go(...given);
      await heard();
      return reply;
    };
  }
  return page;
}

export const test = base.extend<object, object>({
  browser: [
    async ({ browser }, use) => {
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const context = await newContext(options);
        if (options?.javaScriptEnabled === false) return context;
        const newPage = context.newPage.bind(context);
        context.newPage = async () => arriveListening(await newPage());
        return context;
      };
      await use(browser);
    },
    { scope: 'worker' },
  ],
});
