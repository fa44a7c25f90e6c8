/**
 * Headers of every reply of the API. Its replies are data, never pages: nothing in them may run, load or be framed.
 * Replies depend on who asks, so no cache may keep them.
 */
export const API_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export const JSON_HEADERS = { ...API_HEADERS, 'content-type': 'application/json' } as const;
export const PROBLEM_HEADERS = { ...API_HEADERS, 'content-type': 'application/problem+json' } as const;
export const TEXT_HEADERS = { ...API_HEADERS, 'content-type': 'text/plain; charset=utf-8' } as const;
