import type { IncomingMessage } from 'node:http';

/**
 * Address of the client, for rate limits only; it is never stored.
 * @param trustedProxies how many proxies of ours stand in front: that many entries at the right end of X-Forwarded-For
 *   were written by them; everything further left is whatever the client claims
 */
export function clientAddress(incoming: IncomingMessage | undefined, trustedProxies: number): string {
  if (incoming === undefined) return 'in-process';
  if (trustedProxies > 0) {
    const forwarded = incoming.headers['x-forwarded-for'];
    const entries = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
    const address = entries.at(-trustedProxies)?.trim();
    if (address !== undefined && address !== '') return address;
  }
  return incoming.socket.remoteAddress ?? 'unknown';
}
