import { describe, expect, it } from 'vitest';
import { practiceBattle } from './practice-battle.ts';

describe('practiceBattle', () => {
  it('shows its words as text', () => {
    const battle = practiceBattle({ prompt: '1 < 2 & 3', a: '<b>', b: 'ok' });
    expect(battle.prompt.turns[0]?.html).toBe('<p dir="auto">1 &lt; 2 &amp; 3</p>');
    expect(battle.answers.a.turns[0]?.html).toBe('<p dir="auto">&lt;b&gt;</p>');
    expect(battle.ticket).toBe('');
  });
});
