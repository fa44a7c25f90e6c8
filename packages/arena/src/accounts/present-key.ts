import type { KeyRecord } from '../ports/key-store.ts';

/** A key as lists show it: enough to recognise it, nothing to use it. */
export function presentKey(key: KeyRecord) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_at: new Date(key.createdAtMs).toISOString(),
    last_used_at: key.lastUsedAtMs === null ? null : new Date(key.lastUsedAtMs).toISOString(),
  };
}
