import { paraglideVitePlugin } from '@inlang/paraglide-js';
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { PARAGLIDE } from './paraglide.config.ts';

const API = process.env.AGON_API_URL ?? 'http://127.0.0.1:3000';

/** The hash of the style attribute of SvelteKit's own route announcer, the one style attribute that our pages carry. */
const ANNOUNCER_STYLE = 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo=';

export default defineConfig({
  plugins: [
    paraglideVitePlugin(PARAGLIDE),
    tailwindcss(),
    sveltekit({
      adapter: adapter(),
      compilerOptions: { runes: true },
      csp: {
        mode: 'nonce',
        directives: {
          'default-src': ['none'],
          'script-src': ['self'],
          'style-src': ['self'],
          'style-src-attr': ['unsafe-hashes', ANNOUNCER_STYLE],
          'connect-src': ['self'],
          'img-src': ['self'],
          'font-src': ['self'],
          'manifest-src': ['self'],
          'worker-src': ['self'],
          'form-action': ['self'],
          'base-uri': ['none'],
          'frame-ancestors': ['none'],
        },
      },
    }),
  ],
  // a data: URL would need a hole in the content security policy
  build: { assetsInlineLimit: 0 },
  environments: {
    client: {
      build: {
        rolldownOptions: {
          output: {
            codeSplitting: {
              // parts that nearly every page shows: one file compresses better than one for each of them
              groups: [
                {
                  name: 'parts',
                  test: /\/(lib\/ui\/(Button|Dialog|Kbd|Notice|Select)\.svelte|lib\/shell\/(LanguageSelect|ModeSelect)\.svelte|paraglide\/(runtime\.js|messages\/common_(cancel|close|copied|copy|language|appearance|mode_\w+|server_silent|sign_in|try_again|category_\w+)\.js))/,
                },
              ],
            },
          },
        },
      },
    },
  },
  server: { proxy: { '/api': API } },
});
