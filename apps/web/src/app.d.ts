import type { IncomingMessage } from 'node:http';
import type { Mode } from '#lib/shell/mode.ts';
import type { Locale } from '#paraglide/runtime.js';

declare global {
  namespace App {
    interface Locals {
      locale: Locale;
      mode: Mode;
    }
    interface Error {
      /** Code of the contract where the API refused, so that the page can say what to do. */
      code?: string;
      hint?: string;
    }
    interface Platform {
      /** The api process hands its own fetch over, so that pages are rendered without a detour through the network. */
      req?: IncomingMessage & {
        api?: (request: Request) => Response | Promise<Response>;
        /** Logs what a page did not foresee, and returns the id of the line. */
        report?: (fault: unknown, route: string | null) => string;
      };
    }
  }
}
