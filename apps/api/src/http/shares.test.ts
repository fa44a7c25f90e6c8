import { describe, expect, it } from 'vitest';
import { Shares } from './shares.ts';

const things = (count: number) => Array.from({ length: count }, (_, number) => ({ number }));

describe('Shares', () => {
  it('gives up the oldest of whoever takes too much, and nobody else’s', () => {
    const shares = new Shares<{ number: number }>();
    const [a, b, c, other] = things(4);
    const mine = [{ owner: 'me', most: 2 }];
    expect(shares.take(a!, mine)).toEqual([]);
    expect(shares.take(other!, [{ owner: 'you', most: 2 }])).toEqual([]);
    expect(shares.take(b!, mine)).toEqual([]);
    expect(shares.take(c!, mine)).toEqual([a]);
    shares.giveUp(a!);
    shares.giveUp(b!);
    expect(shares.take(a!, mine)).toEqual([]);
  });

  it('counts each of several owners', () => {
    const shares = new Shares<{ number: number }>();
    const all = things(6);
    const taken = (thing: object, session: string) =>
      shares.take(thing as { number: number }, [
        { owner: session, most: 2 },
        { owner: 'address', most: 4 },
      ]);
    expect(all.slice(0, 4).map((thing, i) => taken(thing, `s${i % 2}`))).toEqual([[], [], [], []]);
    // what the session gives up is enough for the address
    expect(taken(all[4]!, 's0')).toEqual([all[0]]);
    shares.giveUp(all[0]!);
    expect(taken(all[5]!, 's2')).toEqual([all[1]]);
  });

  it('never gives up what was just taken', () => {
    const shares = new Shares<{ number: number }>();
    const [only] = things(1);
    expect(shares.take(only!, [{ owner: 'x', most: 0 }])).toEqual([]);
  });
});
