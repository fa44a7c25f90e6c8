import { RowFault, type RowReader } from '../row-reader.ts';

/** What a conversation shows: the user's turns, and the model's. */
export type Conversation = { readonly asked: readonly string[]; readonly answered: readonly string[] };

/**
 * The user's and the assistant's messages of a list, or of a cell that holds one; messages of others (system, tool,
 * developer) are no turns. Null where there is none. @throws RowFault
 */
export function readConversation(row: RowReader, column: string): Conversation | null {
  if (!row.has(column)) return null;
  const asked: string[] = [];
  const answered: string[] = [];
  for (const message of row.list(column)) {
    const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
    if (typeof role !== 'string') throw new RowFault('a message without a role', column, message);
    if (role === 'user') asked.push(textOf(content, column));
    else if (role === 'assistant') answered.push(textOf(content, column));
  }
  return asked.length === 0 && answered.length === 0 ? null : { asked, answered };
}

/** A text, nothing (a call of a tool says none), or a list of parts, of which those without text show as their kind. */
function textOf(content: unknown, column: string): string {
  if (typeof content === 'string') return content;
  if (content === null || content === undefined) return '';
  const parts: unknown = Array.isArray(content) ? content : [content];
  return (parts as unknown[])
    .map((part) => {
      if (typeof part === 'string') return part;
      const { text, type } = (part ?? {}) as { text?: unknown; type?: unknown };
      if (typeof text === 'string') return text;
      if (typeof type !== 'string') throw new RowFault('a message without text', column, content);
      return type === 'text' ? '' : `[${type.replace(/_url$/, '')}]`;
    })
    .join('\n');
}
