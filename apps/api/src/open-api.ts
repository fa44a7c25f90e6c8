import { CALLS, type CallName, type CallShape, PATHS } from '@agon/contract';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { bodyContent, problemReplies, replyContent, withNullableReferences } from './open-api-parts.ts';

const ACCESS_NOTES = {
  public: 'Needs no session.',
  voter: 'Needs a session (an anonymous one will do) or a key with the scope `vote`.',
  researcher: 'Needs the role researcher, by session or key.',
  admin: 'Needs the role admin, by session or key.',
} as const;

const DESCRIPTION = `An arena for language models: people vote, judges give verdicts, benchmarks give scores.

* Errors are RFC 9457 problem details (\`application/problem+json\`) with a \`code\` from a closed set.
* Lists are walked with a cursor: pass \`next_cursor\` back as \`cursor\` until it is null.
* Scripts send \`Authorization: Bearer agon_…\`. Browsers use the session cookie; their requests that change something
  must come from this origin.
* Accounts (sign-up, sign-in, sign-out) are under \`/api/auth\`.`;

/** The whole API as an OpenAPI 3.1 document, made from the contract. */
export function openApiDocument(version: string): object {
  const { openAPIRegistry: registry, getOpenAPI31Document } = withRegistry();
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'agon.session_token',
  });
  registry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  for (const [name, place] of Object.entries(PATHS) as [CallName, string][]) {
    const [method = 'GET', path = '/'] = place.split(' ');
    const shape: CallShape = CALLS[name];
    const params = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    const body = bodyContent(shape);
    registry.registerPath({
      method: method.toLowerCase() as 'get',
      path,
      operationId: name,
      summary: shape.summary,
      description: ACCESS_NOTES[shape.access],
      tags: [shape.tag],
      security: shape.access === 'public' ? [] : [{ session: [] }, { key: [] }],
      request: {
        ...(params.length === 0
          ? {}
          : { params: z.object(Object.fromEntries(params.map((param) => [param, z.string()]))) }),
        ...(shape.query === undefined ? {} : { query: shape.query }),
        ...(body === null ? {} : { body: { required: true, content: body } }),
      },
      responses: {
        [shape.status ?? 200]: {
          description: 'Done',
          content: replyContent(shape),
        },
        ...problemReplies(path, shape),
      },
    });
  }
  const document = getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Agon', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
  });
  return withNullableReferences(document) as object;
}

function withRegistry() {
  const app = new OpenAPIHono();
  return {
    openAPIRegistry: app.openAPIRegistry,
    getOpenAPI31Document: app.getOpenAPI31Document.bind(app),
  };
}
