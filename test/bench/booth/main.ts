/**
 * `npm run bench:booth [votes]`: from the key of a vote to the next battle on the screen, in a real browser, on the
 * demo campaign. The clock starts with the key's event and stops when both answers have changed and the browser has
 * painted them (the second animation frame after the change). The goal: p95 at most 100 ms.
 *
 * The peer in the same run is the browser itself: the time of two animation frames on the same page, which is what a
 * page that changed in no time at all would show.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { findBrowser } from '../../e2e/find-browser.ts';

const votes = Number(process.argv[2] ?? 60);
const GOAL_MS = 100;
/** Nobody votes faster than they look; the api's limit is 5 votes a second. */
const LOOK_MS = 500;
const folder = mkdtempSync(join(tmpdir(), 'agon-booth-'));
const cli = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
const spread = (times: readonly number[]) => {
  const sorted = times.toSorted((x, y) => x - y);
  return [0.5, 0.95, 0.99].map((share) => `p${100 * share} ${at(sorted, share).toFixed(0)} ms`).join(', ');
};

const arena = spawn(process.execPath, [cli, 'start', '--port', '0', '--data', folder, '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await new Promise<string>((resolve, reject) => {
    arena.once('exit', (code) => reject(new Error(`agon start ended with ${code}`)));
    createInterface({ input: arena.stdout }).on('line', (line) => {
      const found = /"url":\s*"(http:\/\/[^"]+?)\/?"/.exec(line);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
  });
  const browser = await chromium.launch({ executablePath: await findBrowser(), args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  await page.goto(`${url}/c/mt-bench-excerpt/vote`);
  await page.getByRole('button', { name: 'I agree, skip the practice' }).click();
  await page.locator('[data-pane="a"]').waitFor();
  const frames: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < votes; i += 1) {
    await page.waitForTimeout(LOOK_MS);
    frames.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const startMs = performance.now();
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - startMs)));
          }),
      ),
    );
    const measured = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const shown = () =>
            ['a', 'b']
              .map((slot) => document.querySelector(`[data-pane="${slot}"]`)?.textContent ?? '')
              .join('\n');
          const before = shown();
          addEventListener(
            'keydown',
            (event) => {
              const watcher = new MutationObserver(() => {
                const now = shown();
                if (now === before || now.trim() === '') return;
                watcher.disconnect();
                requestAnimationFrame(() =>
                  requestAnimationFrame(() => resolve(performance.now() - event.timeStamp)),
                );
              });
              watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
            },
            { capture: true, once: true },
          );
        }),
    );
    // the listener must stand before the key is pressed
    await page.evaluate(() => undefined);
    await page.keyboard.press(['1', '2', '3', '4'][i % 4]!);
    times.push(await measured);
  }
  await browser.close();
  const p95 = at(
    times.toSorted((x, y) => x - y),
    0.95,
  );
  process.stdout.write(
    `machine: ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}; ${votes} votes by key, ${LOOK_MS} ms apart\n` +
      `two frames of the page at rest: ${spread(frames)}\n` +
      `vote to next battle on the screen: ${spread(times)} (goal: p95 ${GOAL_MS} ms${p95 <= GOAL_MS ? '' : ', missed'})\n`,
  );
} finally {
  arena.kill('SIGTERM');
  if (arena.exitCode === null) await new Promise((resolve) => arena.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
