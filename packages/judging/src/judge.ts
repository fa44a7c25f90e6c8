import { ArenaError, contentHash } from '@agon/domain';
import { parseDocument } from 'yaml';

/** A judge as data: what it measures, how it asks, its settings. One file: YAML front matter, then the template. */
export type Judge = {
  readonly id: string;
  readonly title: string;
  readonly measures: string;
  readonly mode: 'pairwise';
  readonly labels: readonly JudgeLabel[];
  readonly settings: { readonly temperature: number; readonly maxTokens: number };
  readonly system: string;
  readonly user: string;
  /** The whole file. */
  readonly source: string;
  /** Id and content hash; stamped on every verdict. */
  readonly identity: string;
};

export const JUDGE_LABELS = ['A', 'B', 'tie'] as const;
export type JudgeLabel = (typeof JUDGE_LABELS)[number];

/** What a template may name. `conversation`: the prompt's turns and both answers, fenced by the nonce. */
export const TEMPLATE_VARIABLES = ['conversation', 'verdict_tag'] as const;

/** Reads a judge's file. @throws ArenaError('judge_invalid') with the line of the fault */
export function parseJudge(text: string, file = 'judge.md'): Judge {
  const source = text.replace(/\r\n?/g, '\n');
  const fail = (message: string, line: number, hint?: string): never => {
    throw new ArenaError('judge_invalid', `${file}: ${message}`, {
      at: { file, line },
      ...(hint === undefined ? {} : { hint }),
    });
  };
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source);
  if (parts === null)
    return fail('no front matter', 1, 'Start the file with --- , the settings, and --- again.');
  const [, head = '', body = ''] = parts;
  const document = parseDocument(head);
  const [fault] = document.errors;
  if (fault !== undefined)
    return fail(fault.message.split('\n')[0] ?? 'no YAML', (fault.linePos?.[0].line ?? 1) + 1);
  const fields: unknown = document.toJS();
  const front = (typeof fields === 'object' && fields !== null ? fields : {}) as Record<string, unknown>;
  const lineOf = (key: string) => head.split('\n').findIndex((line) => line.startsWith(`${key}:`)) + 2;
  const textOf = (key: string): string => {
    const value = front[key];
    return typeof value === 'string' && value.trim() !== ''
      ? value
      : fail(`"${key}" is missing`, Math.max(2, lineOf(key)));
  };
  const bodyStart = head.split('\n').length + 3;
  const { system, user } = splitSections(body, bodyStart, fail);
  if (front.mode !== 'pairwise') fail('"mode" must be pairwise', Math.max(2, lineOf('mode')));
  const labels = Array.isArray(front.labels) ? (front.labels as unknown[]) : [];
  if (
    !labels.includes('A') ||
    !labels.includes('B') ||
    labels.some((label) => !JUDGE_LABELS.includes(label as JudgeLabel))
  ) {
    fail('"labels" must be [A, B] or [A, B, tie]', Math.max(2, lineOf('labels')));
  }
  const settings = (front.settings ?? {}) as Record<string, unknown>;
  const temperature = Number(settings.temperature ?? 0);
  const maxTokens = Number(settings.max_tokens ?? 512);
  if (!(temperature >= 0 && temperature <= 2))
    fail('"temperature" is from 0 to 2', Math.max(2, lineOf('settings')));
  if (!Number.isInteger(maxTokens) || maxTokens < 1)
    fail('"max_tokens" is a whole number from 1', Math.max(2, lineOf('settings')));
  const id = textOf('id');
  return {
    id,
    title: textOf('title'),
    measures: textOf('measures'),
    mode: 'pairwise',
    labels: labels as JudgeLabel[],
    settings: { temperature, maxTokens },
    system,
    user,
    source,
    identity: `${id}@${contentHash(source).slice(0, 12)}`,
  };
}

function splitSections(
  body: string,
  firstLine: number,
  fail: (message: string, line: number, hint?: string) => never,
): { system: string; user: string } {
  const sections: Record<string, string[]> = { system: [], user: [] };
  let current: string | null = null;
  for (const [i, line] of body.split('\n').entries()) {
    const tag = /^\{%\s*(\w+)\s*%\}$/.exec(line.trim())?.[1];
    if (tag !== undefined) {
      if (tag !== 'system' && tag !== 'user')
        fail(`there is no section "${tag}"`, firstLine + i, 'Sections are system and user.');
      current = tag;
    } else if (current !== null) sections[current]!.push(line);
    else if (line.trim() !== '')
      fail('text before the first section', firstLine + i, 'Start with {% system %} or {% user %}.');
    for (const [, name = ''] of line.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)) {
      if (!(TEMPLATE_VARIABLES as readonly string[]).includes(name)) {
        fail(
          `there is no variable "${name}"`,
          firstLine + i,
          `Variables are ${TEMPLATE_VARIABLES.join(' and ')}.`,
        );
      }
    }
  }
  const user = sections.user!.join('\n').trim();
  for (const name of TEMPLATE_VARIABLES) {
    if (!new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`).test(user))
      fail(
        `the user section does not use {{ ${name} }}`,
        firstLine,
        'A judge needs the answers, and a place for its verdict.',
      );
  }
  return { system: sections.system!.join('\n').trim(), user };
}
