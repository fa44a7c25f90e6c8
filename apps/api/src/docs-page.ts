import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextRenderer } from '@agon/arena';
import type { Hono } from 'hono';
import { API_HEADERS } from './http/security-headers.ts';
import { openApiDocument } from './open-api.ts';
import type { ApiEnv } from './serve-call.ts';

const DOCS_PATH = '/api/v1/docs';
const OPENAPI_PATH = '/api/v1/openapi.json';
const ERRORS_FILE = fileURLToPath(new URL('../../../docs/errors.md', import.meta.url));

/** Swagger UI sets style attributes and shows its own icons as data URLs; scripts and fetches stay on this origin. */
const PAGE_HEADERS = {
  ...API_HEADERS,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** Served from the package itself: nothing is loaded from elsewhere. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const START_SCRIPT = `SwaggerUIBundle({
  url: '${OPENAPI_PATH}',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  syntaxHighlight: false,
});
`;

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

const DOCS_PAGE = page(
  'Agon API',
  `<link rel="icon" href="${DOCS_PATH}/assets/favicon-32x32.png">
<link rel="stylesheet" href="${DOCS_PATH}/assets/swagger-ui.css">`,
  `<main id="docs"></main>
<script src="${DOCS_PATH}/assets/swagger-ui-bundle.js"></script>
<script src="${DOCS_PATH}/assets/start.js"></script>`,
);

const ERRORS_STYLE =
  'body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}';

/** Each section of docs/errors.md gets its heading's text as its anchor: \`#already_voted\`. */
async function errorsPage(renderer: TextRenderer): Promise<string> {
  const [intro = '', ...sections] = (await readFile(ERRORS_FILE, 'utf8')).split(/^(?=### )/m);
  const body = sections.map((section) => {
    const id = /^### `?(\w+)/.exec(section)?.[1] ?? '';
    return `<section id="${id}">${renderer.render(section).html}</section>`;
  });
  return page(
    'Agon errors',
    `<style>${ERRORS_STYLE}</style>`,
    `${renderer.render(intro).html}\n${body.join('\n')}`,
  );
}

/** The OpenAPI document, a page to read and try it, and the page that explains the error codes. */
export function docsRoutes(app: Hono<ApiEnv>, renderer: TextRenderer, version: string): void {
  let document: string | undefined;
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

  app.get(OPENAPI_PATH, () => {
    document ??= JSON.stringify(openApiDocument(version));
    return new Response(document, { headers: { ...API_HEADERS, 'content-type': 'application/json' } });
  });
  app.get(DOCS_PATH, () => new Response(DOCS_PAGE, { headers: PAGE_HEADERS }));
  app.get(
    `${DOCS_PATH}/errors`,
    async () => new Response(await errorsPage(renderer), { headers: PAGE_HEADERS }),
  );
  app.get(
    `${DOCS_PATH}/assets/start.js`,
    () =>
      new Response(START_SCRIPT, {
        headers: { ...API_HEADERS, 'content-type': 'text/javascript; charset=utf-8' },
      }),
  );
  for (const [name, type] of Object.entries(ASSETS)) {
    app.get(`${DOCS_PATH}/assets/${name}`, async () => {
      const content = await readFile(path.join(folder, name));
      return new Response(new Uint8Array(content), {
        headers: { ...API_HEADERS, 'content-type': type, 'cache-control': 'public, max-age=86400' },
      });
    });
  }
}
