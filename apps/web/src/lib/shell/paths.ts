/** Addresses of pages, written once. */
export const homePath = '/';
export const workbenchPath = '/workbench';
export const votePath = (campaign: string): string => `/c/${encodeURIComponent(campaign)}/vote`;
export const boardPath = (campaign: string): string => `/c/${encodeURIComponent(campaign)}/board`;

/** Where to sign in, and where to go on afterwards. */
export const signInPath = (next: string): string => `/sign-in?next=${encodeURIComponent(next)}`;

/** Only paths of this site: an address of another one after the sign-in would be a trap. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) && !/[\s\\]/.test(next) ? next : homePath;
}
