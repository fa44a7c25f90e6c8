import { readFileSync } from 'node:fs';
import { judgeFiles } from '@agon/inference';
import { ATTACKS, attackJudge, attackTable, requestAround } from '@agon/testkit/judge-attacks';
import { describe, expect, it } from 'vitest';

// reward models write no text that anything could be planted in
const judges = (await judgeFiles().all()).filter(({ verdict }) => verdict.parser !== 'reward');

describe('a hundred attacks on each built-in judge', () => {
  it('are a hundred different texts', () => {
    expect(new Set(ATTACKS.map(({ text }) => text)).size).toBe(100);
    expect(judges).toHaveLength(12);
  });

  it.each(judges.map((judge) => [judge.id, judge] as const))(
    '%s reads no verdict that its model did not give',
    (_, judge) => {
      const count = attackJudge(judge);
      expect(count).toMatchObject({ replies: 300, hijacks: 0 });
      expect(count.own + count.unscored).toBe(300);
      // not by reading nothing at all
      expect(count.own).toBeGreaterThan(0);
    },
  );

  it.each(judges.map((judge) => [judge.id, judge] as const))(
    '%s asks the same around any of them: they stay inside their fences',
    (_, judge) => {
      const plain = requestAround(judge, 'a plain answer');
      expect(plain.user).not.toContain('a plain answer');
      for (const { text } of ATTACKS) expect(requestAround(judge, text), JSON.stringify(text)).toEqual(plain);
    },
  );

  it('has the table of docs/judges.md', () => {
    const doc = readFileSync(new URL('../../docs/judges.md', import.meta.url), 'utf8');
    expect(doc).toContain(attackTable(judges.map(attackJudge)));
  });
});
