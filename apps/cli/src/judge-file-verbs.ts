import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ArenaError, isArenaError } from '@agon/domain';
import { judgeFiles } from '@agon/inference';
import {
  checkJudge,
  convertTemplate,
  type Judge,
  parseJudge,
  readJudgeReply,
  readStoredReply,
  type StoredReply,
  TEMPLATE_FORMATS,
  type TemplateFormat,
} from '@agon/judging';
import type { Command } from 'commander';
import { oneOf } from './parse-options.ts';
import { note, printJson, printTable } from './print.ts';
import { withServer } from './with-server.ts';

type Common = { data?: string; json?: boolean };

/** Adds the verbs that work on files: check, parse, import. */
export function addJudgeFileVerbs(judge: Command): void {
  judge
    .command('check <id-or-file>')
    .description('every fault of a judge’s file, with its line')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon judge check my-judge.md')
    .action(check);
  judge
    .command('parse <file>')
    .description('read stored raw replies again: JSON lines with raw, finish_reason, logprobs, nonce')
    .requiredOption('--judge <id-or-file>', 'judge whose parser reads them')
    .option('--no-nonce', 'replies made elsewhere, which have no nonce; all other rules are the same')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--jsonl', 'one line a reply on stdout')
    .option('--json', 'counts as one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon judge parse replies.jsonl --judge pair-explain --json')
    .action(parse);
  judge
    .command('import <file>')
    .description('another tool’s judge template as a judge of Agon, on stdout')
    .option(
      `--format <${TEMPLATE_FORMATS.join('|')}>`,
      'tool that the template is from (default: seen from its text)',
      oneOf('format', TEMPLATE_FORMATS),
    )
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon judge import alpaca_eval.txt > my-judge.md')
    .action(convert);
}

async function check(idOrFile: string, options: Common): Promise<void> {
  const { text, file } = await sourceOf(idOrFile, options);
  const { judge, faults, variables, templateTokens } = checkJudge(text);
  process.exitCode = judge === null ? 1 : 0;
  if (options.json) {
    printJson({
      file,
      judge:
        judge === null
          ? null
          : { id: judge.id, identity: judge.identity, mode: judge.mode, labels: judge.labels },
      faults: faults.map((fault) => ({ column: null, hint: null, ...fault })),
      variables,
      template_tokens: templateTokens,
    });
    return;
  }
  for (const { line, column, message, hint } of faults)
    process.stdout.write(
      `${file}:${line}${column === undefined ? '' : `:${column}`}  ${message}${hint === undefined ? '' : `\n  ${hint}`}\n`,
    );
  if (judge !== null)
    process.stdout.write(
      `${judge.identity}: no faults. ${judge.mode}, ${judge.verdict.parser}, about ${templateTokens} tokens without its texts.\n`,
    );
}

type ParseOptions = Common & { judge: string; nonce: boolean; jsonl?: boolean };

async function parse(file: string, options: ParseOptions): Promise<void> {
  const source = await sourceOf(options.judge, options);
  const judge = parseJudge(source.text, source.file);
  const unscored: Record<string, number> = {};
  const labels: Record<string, number> = {};
  const count = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  let [read, ok, without] = [0, 0, 0];
  for (const [line, row] of rowsOf(await textOf(file), file)) {
    const stored = storedAt(row, file, line);
    if (options.nonce && stored.nonce === null) without += 1;
    const found = readStored(judge, stored, options.nonce);
    read += 1;
    if (found.state === 'ok') {
      ok += 1;
      if (found.label !== null) count(labels, found.label);
    } else count(unscored, found.state);
    if (options.jsonl) printJson({ line, ...found });
  }
  if (without > 0)
    note(`${without} of ${read} replies have no nonce. For replies that were made elsewhere: --no-nonce`);
  if (options.json) printJson({ read, ok, unscored, labels });
  else if (!options.jsonl) {
    printTable(
      ['verdict', 'count'],
      [
        ...Object.entries(labels),
        ...Object.entries(unscored).map(([state, n]) => [`unscored: ${state}`, n] as const),
      ],
    );
    process.stdout.write(`${ok} of ${read} replies read as a verdict of ${judge.identity}\n`);
  }
}

/** A reply without a nonce is read as if it had one that nothing can match. */
const UNKNOWN_NONCE = '\u0000';

function readStored(judge: Judge, stored: StoredReply, withNonce: boolean) {
  const nonce = withNonce ? (stored.nonce ?? UNKNOWN_NONCE) : null;
  const order = stored.order ?? orderFor(judge, stored.reply.text);
  const reading = readJudgeReply(
    judge,
    stored.reply,
    { order, nonce, part: stored.part, attempt: 0 },
    { context: stored.context },
  );
  const nothing = { label: null, outcome: null, share_a: null, score: null, places: null };
  switch (reading.kind) {
    case 'preference':
      return {
        state: 'ok',
        ...nothing,
        label: reading.label ?? null,
        outcome: reading.outcome,
        share_a: reading.shareA,
      };
    case 'score':
      return { state: 'ok', ...nothing, label: reading.label ?? null, score: reading.raw };
    case 'ranking':
      return { state: 'ok', ...nothing, places: reading.places };
    case 'unscored':
      return { state: reading.reason, ...nothing };
  }
}

/** As many slots as the reply ranks, where a row does not say how many there were. */
function orderFor(judge: Judge, text: string): readonly number[] {
  if (judge.mode !== 'listwise') return judge.mode === 'pairwise' ? [0, 1] : [0];
  const named = new Set(text.match(/"[A-H]"/g));
  return Array.from({ length: Math.max(2, named.size) }, (_, i) => i);
}

async function convert(file: string, options: { format?: TemplateFormat; json?: boolean }): Promise<void> {
  const name = basename(file).replace(/\.\w+$/, '');
  const converted = convertTemplate(await textOf(file), {
    name,
    ...(options.format === undefined ? {} : { format: options.format }),
  });
  if (options.json) return printJson(converted);
  for (const each of converted.notes) note(each);
  process.stdout.write(converted.source);
}

/** A file of this name, or a judge: one that comes with Agon, or one that the server knows. */
async function sourceOf(idOrFile: string, options: Common): Promise<{ text: string; file: string }> {
  if (/[./\\]/.test(idOrFile)) return { text: await textOf(idOrFile), file: idOrFile };
  const builtIn = (await judgeFiles().all()).find(({ id }) => id === idOrFile);
  if (builtIn !== undefined) return { text: builtIn.source, file: `${idOrFile}/judge.md` };
  const stored = await withServer(options, ({ client }) =>
    client('getJudge', { params: { judge: idOrFile } }),
  );
  return { text: stored.template, file: `${idOrFile}/judge.md` };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ArenaError(
      'invalid_file',
      code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read.`,
      {
        at: { file },
        cause: error,
      },
    );
  }
}

function* rowsOf(text: string, file: string): Generator<readonly [number, unknown]> {
  for (const [i, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      throw new ArenaError('invalid_file', `${file}: line ${i + 1} is no JSON.`, {
        at: { file, line: i + 1 },
        hint: 'Each line is one reply: {"raw": "…", "finish_reason": "stop"}',
      });
    }
    yield [i + 1, row];
  }
}

function storedAt(row: unknown, file: string, line: number): StoredReply {
  try {
    return readStoredReply(row);
  } catch (error) {
    if (!isArenaError(error)) throw error;
    throw new ArenaError(error.code, `${file}: line ${line}: ${error.message}`, {
      at: { ...error.at, file, line },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
