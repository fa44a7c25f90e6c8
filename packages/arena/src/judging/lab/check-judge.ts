import type { JudgeCheckJson } from '@agon/contract';
import { ArenaError, isArenaError } from '@agon/domain';
import { type Judge, parseJudge, TEMPLATE_VARIABLES } from '@agon/judging';
import { type Actor, requireRole, requireScope } from '../../actor.ts';
import type { Ports } from '../../ports/ports.ts';

/** Characters of a template that make a token, on average over the field's tokenizers. */
const CHARACTERS_PER_TOKEN = 4;

/** Looks at a judge's text as it is written; nothing is saved, and nothing in it is an error of the call. */
export async function checkJudgeSource(
  command: { readonly actor: Actor; readonly source: string },
  deps: Pick<Ports, 'judgeStore'>,
): Promise<JudgeCheckJson> {
  const { actor, source } = command;
  requireRole(actor, 'researcher');
  requireScope(actor, 'write');
  const { judge, faults } = look(source);
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
    faults,
    variables: TEMPLATE_VARIABLES.map((name) => ({
      name,
      used: new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`).test(source),
      required: true,
    })),
    template_tokens: Math.ceil(
      (judge === null ? source : `${judge.system}${judge.user}`).length / CHARACTERS_PER_TOKEN,
    ),
    saved: known === null ? null : { identity: known.identity, version: known.version },
  };
}

/** @throws ArenaError('judge_invalid') with everything that is wrong, the first fault in words */
export function readSource(source: string): Judge {
  const { judge, faults } = look(source);
  if (judge !== null && faults.length === 0) return judge;
  const [first] = faults;
  throw new ArenaError('judge_invalid', `Line ${first?.line ?? 1}: ${first?.message ?? 'no judge'}`, {
    hint: first?.hint ?? 'See the problems that are listed, each with its line.',
    at: { line: first?.line ?? 1 },
    data: { faults },
  });
}

type Found = { readonly judge: Judge | null; readonly faults: JudgeCheckJson['faults'] };

function look(source: string): Found {
  try {
    return { judge: parseJudge(source), faults: [] };
  } catch (error) {
    if (!isArenaError(error)) throw error;
    const { line = 1 } = error.at ?? {};
    const message = error.message.replace(/^judge\.md: /, '');
    return { judge: null, faults: [{ line, column: null, message, hint: error.hint ?? null }] };
  }
}
