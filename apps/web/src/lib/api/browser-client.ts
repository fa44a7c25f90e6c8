import { type Client, createClient } from '@agon/client';

/** Calls of the API from a page in the browser; the session cookie goes along by itself. */
export const api: Client = createClient();
