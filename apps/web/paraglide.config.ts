import type { CompilerOptions } from '@inlang/paraglide-js';

/** How messages/ becomes typed functions: for the build (vite.config.ts) and before it (scripts/compile-messages.ts). */
export const PARAGLIDE: CompilerOptions = {
  project: './project.inlang',
  outdir: './src/paraglide',
  strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
  cookieName: 'agon_locale',
  isServer: 'import.meta.env.SSR',
};
