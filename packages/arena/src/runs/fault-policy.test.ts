import { describe, expect, it } from 'vitest';
import type { CallFault, CallFaultReason } from '../ports/model-client.ts';
import { afterFault } from './fault-policy.ts';

const NOW = 1_000_000;
const fault = (reason: CallFaultReason, retryAfterMs: number | null = null): CallFault => ({
  reason,
  message: reason,
  retryAfterMs,
});
const call = (is: { attempts?: number; faults?: number } = {}) => ({
  id: 7,
  target: 't',
  order: '',
  repeat: 1,
  attempts: 1,
  faults: 0,
  ...is,
});
const step = (reason: CallFaultReason, is = {}, independent = false) =>
  afterFault(fault(reason), call(is), NOW, independent).kind;

describe('afterFault', () => {
  it.each([
    ['rate_limited', 'again'],
    ['unreachable', 'again'],
    ['timeout', 'again'],
    ['server_error', 'again'],
    ['unreadable', 'again'],
    ['too_long', 'failed'],
    ['refused', 'failed'],
    ['denied', 'stop'],
    ['unpaid', 'stop'],
    ['unknown_model', 'stop'],
    ['forbidden_address', 'stop'],
  ] as const)('after %s: %s', (reason, kind) => {
    expect(step(reason)).toBe(kind);
    // where calls say nothing about each other, one never stops the run
    expect(step(reason, {}, true)).toBe(kind === 'stop' ? 'failed' : kind);
  });

  it('gives a call up after its fourth passing fault, whatever rate limits it met', () => {
    expect(step('timeout', { attempts: 40, faults: 2 })).toBe('again');
    expect(step('timeout', { attempts: 4, faults: 3 })).toBe('failed');
    expect(step('rate_limited', { attempts: 99, faults: 3 })).toBe('again');
    expect(step('rate_limited', { attempts: 100 })).toBe('failed');
  });

  it('keeps what the server asks for in full, and never comes much later', () => {
    for (let attempts = 1; attempts < 50; attempts += 1) {
      const after = afterFault(fault('rate_limited', 120_000), call({ attempts }), NOW, false);
      const waitMs = after.kind === 'again' ? after.notBeforeMs - NOW : 0;
      expect(waitMs).toBeGreaterThanOrEqual(120_000);
      expect(waitMs).toBeLessThanOrEqual(120_201);
    }
  });

  it('doubles its own pauses, each spread over half to one and a half of it, up to a minute', () => {
    const waitOf = (attempts: number) => {
      const after = afterFault(fault('rate_limited'), call({ attempts }), NOW, false);
      return after.kind === 'again' ? after.notBeforeMs - NOW : 0;
    };
    for (const [attempts, ms] of [
      [1, 1000],
      [2, 2000],
      [5, 16_000],
      [30, 60_000],
    ] as const) {
      expect(waitOf(attempts)).toBeGreaterThanOrEqual(ms / 2);
      expect(waitOf(attempts)).toBeLessThanOrEqual((3 * ms) / 2 + 1);
    }
  });
});
