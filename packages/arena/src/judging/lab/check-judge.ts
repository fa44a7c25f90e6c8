import type { JudgeCheckJson } from '@agon/contract';
import { ArenaError, isArenaError } from '@agon/domain';
import { checkJudge, convertTemplate, type Judge, type JudgeFault } from '@agon/judging';
import { type Actor, requireRole, requireScope } from '../../actor.ts';
import type { Ports } from '../../ports/ports.ts';

/** Looks at a judge's text as it is written; nothing is saved, and nothing in it is an error of the call. */
export async function checkJudgeSource(
  command: { readonly actor: Actor; readonly source: string },
  deps: Pick<Ports, 'judgeStore'>,
): Promise<JudgeCheckJson> {
  const { actor, source } = command;
  requireRole(actor, 'researcher');
  requireScope(actor, 'write');
  const { judge, faults, variables, templateTokens } = checkJudge(source);
  const known = judge === null ? null : await deps.judgeStore.byIdentity(judge.identity);
  return {
    judge:
      judge === null
        ? null
        : {
            id: judge.id,
            title: judge.title,
            measures: judge.measures,
            mode: judge.mode,
            labels: [...judge.labels],
            identity: judge.identity,
            settings: { temperature: judge.settings.temperature, max_tokens: judge.settings.maxTokens },
          },
    faults: faults.map(presentFault),
    variables: variables.map((each) => ({ ...each })),
    template_tokens: templateTokens,
    saved: known === null ? null : { identity: known.identity, version: known.version },
    foreign: judge === null ? convert(source) : null,
  };
}

/** Another tool's template, pasted as it is. */
function convert(source: string): JudgeCheckJson['foreign'] {
  if (source.startsWith('---\n')) return null;
  try {
    const { format, source: converted, notes } = convertTemplate(source);
    return { format, source: converted, notes: [...notes] };
  } catch (error) {
    if (isArenaError(error)) return null;
    throw error;
  }
}

/** @throws ArenaError('judge_invalid') with everything that is wrong, the first fault in words */
export function readSource(source: string): Judge {
  const { judge, faults } = checkJudge(source);
  if (judge !== null) return judge;
  const [first] = faults;
  throw new ArenaError(
    'judge_invalid',
    `Line ${first?.line ?? 1}: ${first?.message ?? 'it cannot be read'}`,
    {
      hint: first?.hint ?? 'See the problems that are listed, each with its line.',
      at: { line: first?.line ?? 1, ...(first?.column === undefined ? {} : { column: first.column }) },
      data: { faults: faults.map(presentFault) },
    },
  );
}

function presentFault({ line, column, message, hint }: JudgeFault): JudgeCheckJson['faults'][number] {
  return { line, column: column ?? null, message, hint: hint ?? null };
}
