import type { Campaign } from '@agon/contract';

type Held = Pick<Campaign, 'my_role'>;

/** Whether the reader may change content and settings; the API checks it again. */
export function mayEdit({ my_role: role }: Held): boolean {
  return role === 'editor' || role === 'owner';
}

/** Whether the reader decides who is a member. */
export function mayOwn({ my_role: role }: Held): boolean {
  return role === 'owner';
}

/** Whether the campaign has pages in the reader's workbench: others are public pages to them, as to any visitor. */
export function isMine({ my_role: role }: Held): boolean {
  return role !== null;
}
