import { type OutboxEntry, parseEntry } from './outbox-entry.ts';

/** Where entries outlive the page. */
export type OutboxStorage = {
  load(): readonly OutboxEntry[];
  /** @returns false where the device keeps nothing (a full or forbidden storage) */
  save(entry: OutboxEntry): boolean;
  remove(key: string): void;
};

const PREFIX = 'agon.outbox.';

/** One item an entry, so that two pages of the same voter do not overwrite each other's. */
export function deviceStorage(storage: Storage): OutboxStorage {
  return {
    load() {
      const entries: OutboxEntry[] = [];
      for (let index = 0; index < storage.length; index += 1) {
        const name = storage.key(index);
        const entry = name?.startsWith(PREFIX) ? parseEntry(storage.getItem(name) ?? '') : null;
        if (entry !== null) entries.push(entry);
      }
      return entries.sort((one, other) => one.atMs - other.atMs);
    },
    save(entry) {
      try {
        storage.setItem(PREFIX + entry.key, JSON.stringify(entry));
        return true;
      } catch {
        return false;
      }
    },
    remove: (key) => storage.removeItem(PREFIX + key),
  };
}

/** For browsers that keep nothing: entries live as long as the page. */
export const noStorage: OutboxStorage = { load: () => [], save: () => false, remove: () => {} };
