import { isArenaError } from '@agon/domain';
import { m } from '#paraglide/messages.js';

/** What went wrong and what to do, as one text for a person. */
export function faultText(error: unknown): string {
  if (!isArenaError(error) || error.code === 'provider_unreachable') return m.common_server_silent();
  return [error.message, error.hint].filter(Boolean).join(' ');
}
