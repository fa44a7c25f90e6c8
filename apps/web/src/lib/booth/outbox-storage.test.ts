import { describe, expect, it } from 'vitest';
import type { SkipEntry } from './outbox-entry.ts';
import { deviceStorage } from './outbox-storage.ts';

function memory(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
    clear: () => items.clear(),
  };
}

const entry = (key: string, atMs: number): SkipEntry => ({
  kind: 'skip',
  key,
  campaign: 'demo',
  battle: `battle of ${key}`,
  ticket: 't',
  atMs,
  attempts: 0,
  reason: 'other',
  note: '',
});

describe('deviceStorage', () => {
  it('gives entries back in the order of their making, to another page too', () => {
    const device = memory();
    const first = deviceStorage(device);
    expect(first.save(entry('late', 20))).toBe(true);
    expect(first.save(entry('early', 10))).toBe(true);
    expect(deviceStorage(device).load()).toEqual([entry('early', 10), entry('late', 20)]);
  });

  it('keeps one item an entry, and forgets only that', () => {
    const storage = deviceStorage(memory());
    storage.save(entry('x', 1));
    storage.save({ ...entry('x', 1), attempts: 3 });
    storage.save(entry('y', 2));
    storage.remove('x');
    expect(storage.load()).toEqual([entry('y', 2)]);
  });

  it('leaves alone what is not its own, and reads past what is broken', () => {
    const device = memory();
    device.setItem('agon.keys', 'off');
    device.setItem('agon.outbox.broken', '{');
    expect(deviceStorage(device).load()).toEqual([]);
  });

  it('says when the device keeps nothing', () => {
    const full = Object.assign(memory(), {
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    });
    expect(deviceStorage(full).save(entry('x', 1))).toBe(false);
  });
});
