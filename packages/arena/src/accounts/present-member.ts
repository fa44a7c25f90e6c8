import type { AccountRecord } from '../ports/account-store.ts';

/** A person as the list of members shows them. */
export function presentMember(account: AccountRecord) {
  return {
    id: account.id as string,
    name: account.name,
    email: account.email,
    role: account.role,
    created_at: new Date(account.createdAtMs).toISOString(),
  };
}
