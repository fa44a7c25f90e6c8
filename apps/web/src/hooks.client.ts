import type { ClientInit } from '@sveltejs/kit/hooks';
import { isLocale, overwriteGetLocale } from '#paraglide/runtime.js';

export const init: ClientInit = () => {
  // the server chose, and wrote it into the page: choosing again here could differ from what is on screen
  const { lang } = document.documentElement;
  if (isLocale(lang)) overwriteGetLocale(() => lang);
};
