import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardQuerySchema } from '@agon/contract';
import { openBoardFits } from '@agon/database';
import type { CampaignId } from '@agon/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const campaign = 'any' as CampaignId;
const query = boardQuerySchema.parse({});
const thread = new URL('./dying-thread.ts', import.meta.url);
let folder: string;
let diary: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agon-fits-'));
  diary = join(folder, 'diary');
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = () => readFileSync(diary, 'utf8').trim().split('\n');

describe('boards in a thread of their own', () => {
  it('are asked for again where the thread died once', async () => {
    const fits = openBoardFits(diary, { thread });
    try {
      const { answer } = await fits.ask(campaign, { kind: 'model', query, model: 'dies once' }, 'exact');
      expect(answer).toBe('answered');
      expect(read()).toEqual(['dies once', 'dies once']);
    } finally {
      await fits.close();
    }
  });

  it('fail with what happened where it dies again, and others are answered', async () => {
    const fits = openBoardFits(diary, { thread });
    try {
      await expect(
        fits.ask(campaign, { kind: 'model', query, model: 'always dies' }, 'exact'),
      ).rejects.toMatchObject({ code: 'internal', message: expect.stringMatching(/thread/) });
      const { answer } = await fits.ask(campaign, { kind: 'model', query, model: 'lives' }, 'exact');
      expect(answer).toBe('answered');
    } finally {
      await fits.close();
    }
  });

  it('are shared by all who ask while one is worked out', async () => {
    const fits = openBoardFits(diary, { thread });
    try {
      const question = { kind: 'model', query, model: 'lives' } as const;
      const asked = Array.from({ length: 10 }, () => fits.ask(campaign, question, 'exact'));
      await Promise.all(asked);
      // the first, and one for all who came after it had begun
      expect(read()).toHaveLength(2);
    } finally {
      await fits.close();
    }
  });

  it('are as they were before for those who would wait long', async () => {
    const fits = openBoardFits(diary, { thread, patienceMs: 1 });
    try {
      const question = { kind: 'model', query, model: 'slow' } as const;
      const first = await fits.ask(campaign, question, 'latest');
      const second = fits.ask(campaign, question, 'latest');
      expect(await second).toBe(first);
      expect(await fits.ask(campaign, question, 'exact')).not.toBe(first);
    } finally {
      await fits.close();
    }
  });

  it('do not wait for those of another campaign', async () => {
    const fits = openBoardFits(diary, { thread });
    try {
      const other = 'other' as CampaignId;
      const order: string[] = [];
      const ask = async (of: CampaignId, model: string) => {
        await fits.ask(of, { kind: 'model', query, model }, 'exact');
        order.push(model);
      };
      await Promise.all([ask(campaign, 'lives'), ask(other, 'lives')]);
      await Promise.all([ask(campaign, 'blocks'), ask(other, 'goes on')]);
      expect(order).toEqual(['lives', 'lives', 'goes on', 'blocks']);
    } finally {
      await fits.close();
    }
  });

  it('are worked out by a new thread where the one before was idle and stopped', async () => {
    const fits = openBoardFits(diary, { thread, idleMs: 50 });
    try {
      const thread = async () => {
        const { asOfMs } = await fits.ask(
          campaign,
          { kind: 'model', query, model: 'tells its thread' },
          'exact',
        );
        return asOfMs;
      };
      const first = await thread();
      expect(await thread()).toBe(first);
      const stopped = () => new Promise((resolve) => setTimeout(resolve, 50));
      for (let attempt = 0; attempt < 40 && (await thread()) === first; attempt += 1) {
        await stopped();
        await stopped();
        await stopped();
      }
      expect(await thread()).not.toBe(first);
    } finally {
      await fits.close();
    }
  });

  it('are not worked out after the end', async () => {
    const fits = openBoardFits(diary, { thread });
    const question = { kind: 'model', query, model: 'slow' } as const;
    const asked = fits.ask(campaign, question, 'exact');
    const refused = expect(asked).rejects.toMatchObject({ code: 'shutting_down' });
    await fits.close();
    await refused;
    await expect(fits.ask(campaign, question, 'exact')).rejects.toMatchObject({ code: 'shutting_down' });
  });
});
