import type { Actor } from '../actor.ts';
import type { ProviderAuthority } from '../ports/provider-rules.ts';

/** Whose word an address or the name of a key is. Keys that the owner made act for administrators, not for the owner. */
export function authorityOf(actor: Actor): ProviderAuthority {
  return actor.role === 'system' ? 'owner' : 'administrator';
}
