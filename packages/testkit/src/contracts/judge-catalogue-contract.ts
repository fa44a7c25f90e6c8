import type { JudgeCatalogue } from '@agon/arena';
import { describe, expect, it } from 'vitest';

const fileOf = (id: string, more = '') => `---
id: ${id}
title: Judge ${id}
measures: Which answer is better
mode: pairwise
labels: [A, B]
settings: { temperature: 0, max_tokens: 64 }
---
{% system %}
You are a judge.${more}
{% user %}
{{ conversation }}
{{ verdict_tag }}
`;

/** @param make the source of a folder with these judge files, by folder name, beside a file that is no judge */
export function judgeCatalogueContract(
  make: (files: Readonly<Record<string, string>>) => Promise<JudgeCatalogue>,
): void {
  describe('the contract of JudgeCatalogue', () => {
    it('gives every judge of the folder, with its whole file', async () => {
      const source = await make({ second: fileOf('second'), first: fileOf('first') });
      const all = await source.all();
      expect(all.map(({ id }) => id).sort()).toEqual(['first', 'second']);
      expect(all.find(({ id }) => id === 'first')).toMatchObject({
        title: 'Judge first',
        labels: ['A', 'B'],
        settings: { temperature: 0, maxTokens: 64 },
        languages: { en: { system: 'You are a judge.' } },
        source: fileOf('first'),
      });
      expect(await source.all()).toEqual(all);
      expect(await (await make({})).all()).toEqual([]);
    });

    it('gives a judge the same identity everywhere, and another one with the first letter changed', async () => {
      const identity = async (text: string) => (await (await make({ judge: text })).all())[0]!.identity;
      const own = await identity(fileOf('judge'));
      expect(await identity(fileOf('judge'))).toBe(own);
      expect(await identity(fileOf('judge').replaceAll('\n', '\r\n'))).toBe(own);
      expect(await identity(fileOf('judge', '!'))).not.toBe(own);
      expect(own).toMatch(/^judge@/);
    });

    it('says in which file and line a fault is', async () => {
      const broken = fileOf('broken').replace('mode: pairwise', 'mode: sideways');
      const source = await make({ good: fileOf('good'), broken });
      await expect(source.all()).rejects.toMatchObject({
        code: 'judge_invalid',
        at: { file: expect.stringContaining('broken'), line: 5 },
      });
    });
  });
}
