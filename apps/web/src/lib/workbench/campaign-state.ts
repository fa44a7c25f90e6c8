import type { Campaign } from '@agon/contract';
import { m } from '#paraglide/messages.js';

const STATES = {
  draft: m.common_campaign_draft,
  open: m.common_campaign_open,
  closed: m.common_campaign_closed,
};

/** A campaign's state in the reader's words. */
export function campaignState(state: Campaign['state']): string {
  return STATES[state]();
}
