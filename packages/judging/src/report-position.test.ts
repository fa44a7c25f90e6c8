import { expect, it } from 'vitest';
import { reportPosition } from './report-position.ts';

it('reports a judge that always takes the first answer', () => {
  expect(reportPosition([{ ab: 'a', ba: 'b', count: 2 }])).toEqual({ consistency: 0, firstSlotRate: 1 });
  // judged in both orders: 3 + 3 + 2, alike 3 + 2; decided: 3 × 2 + 3 × 2 + 1 + 1, for the first slot 3 + 6 + 0 + 1
  expect(
    reportPosition([
      { ab: 'a', ba: 'a', count: 3 },
      { ab: 'a', ba: 'b', count: 3 },
      { ab: 'tie', ba: 'tie', count: 2 },
      { ab: 'unparseable', ba: 'a', count: 1 },
      { ab: 'a', ba: null, count: 1 },
    ]),
  ).toEqual({ consistency: 5 / 8, firstSlotRate: 10 / 14 });
  expect(reportPosition([])).toEqual({ consistency: null, firstSlotRate: null });
});
