/** Which colours: as the device says, or one of the two. Kept in a cookie, so that the server writes it into the page. */
const MODES = ['system', 'light', 'dark'] as const;
export type Mode = (typeof MODES)[number];

export const MODE_COOKIE = 'agon_mode';

/** @returns `system` for anything that is no mode */
export function toMode(value: unknown): Mode {
  return MODES.find((mode) => mode === value) ?? 'system';
}

/** Shows a mode at once and keeps it. Without the network it holds until the next page load. */
export function chooseMode(mode: Mode): void {
  document.documentElement.dataset.mode = mode;
  const form = new FormData();
  form.set('mode', mode);
  void fetch('/mode', { method: 'POST', body: form }).catch(() => null);
}
