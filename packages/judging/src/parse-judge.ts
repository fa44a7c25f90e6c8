import { ArenaError, contentHash } from '@agon/domain';
import { canonicalJson } from './canonical-json.ts';
import {
  JUDGE_LANGUAGES,
  type Judge,
  type JudgeCheck,
  type JudgeFault,
  type JudgeInput,
  type JudgeVariable,
  type RewardForm,
} from './judge.ts';
import { type Front, readFront } from './read-front.ts';
import { gatherLanguages, type Section, splitSections } from './split-sections.ts';
import { checkTemplate, compileTemplate, LONGEST_TEMPLATE, TEMPLATE_VARIABLES } from './template.ts';
import type { Fault } from './yaml-fields.ts';

/** Changes when a parser reads a reply otherwise than before: replies can then be read again. */
export const PARSER_VERSION = 2;

/** Reads a judge's file. @throws ArenaError('judge_invalid') with file and line of its first fault */
export function parseJudge(text: string, file = 'judge.md'): Judge {
  const { judge, faults } = checkJudge(text);
  const [fault] = faults;
  if (judge !== null) return judge;
  throw new ArenaError('judge_invalid', `${file}: ${fault?.message ?? 'it cannot be read'}`, {
    at: {
      file,
      line: fault?.line ?? 1,
      ...(fault?.column === undefined ? {} : { column: fault.column }),
    },
    ...(fault?.hint === undefined ? {} : { hint: fault.hint }),
  });
}

/** All faults of a judge's file, in the order of its lines, and what its template names. Never throws. */
export function checkJudge(text: string): JudgeCheck {
  const source = text.replace(/\r\n?/g, '\n');
  const faults: JudgeFault[] = [];
  const fault = (each: JudgeFault) => void faults.push(each);
  const failed = (): JudgeCheck => ({ judge: null, faults, variables: [], templateTokens: 0 });
  if (source.length > LONGEST_TEMPLATE) {
    fault({ line: 1, message: `the file is longer than ${LONGEST_TEMPLATE} letters` });
    return failed();
  }
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source);
  if (parts === null) {
    fault({
      line: 1,
      message: 'no front matter',
      hint: 'Start the file with --- , the settings, and --- again.',
    });
    return failed();
  }
  const [, head = '', body = ''] = parts;
  const front = readFront(head, fault);
  const before = faults.length;
  const sections = splitSections(body, head.split('\n').length + 3, fault);
  // a section whose name is wrong is not also missing
  const isSplit = faults.length === before;
  const used = new Set<string>();
  for (const section of sections.values())
    for (const name of checkTemplate(section.text, section.line, fault)) used.add(name);
  const reward = front?.verdict.parser === 'reward' ? front.verdict.form : null;
  const hasTemplate = reward !== 'pointwise';
  const languages = hasTemplate
    ? gatherLanguages(sections, isSplit ? fault : () => undefined)
    : { en: { system: '', user: '' } };
  if (reward !== null) refuseForReward(reward, sections, used, fault);
  const variables = front === null ? [] : variablesOf(front, used);
  if (front !== null && isSplit && hasTemplate) requireVariables(front, sections, fault);
  if (faults.length === 0) {
    for (const { text: section, line } of sections.values()) {
      try {
        compileTemplate(section);
      } catch (error) {
        fault({ line, message: `the section cannot be read: ${String((error as Error).message)}` });
      }
    }
  }
  faults.sort((a, b) => a.line - b.line);
  const templateTokens = Math.max(
    ...Object.values(languages).map(({ system, user }) => Math.ceil((system.length + user.length) / 4)),
    0,
  );
  if (front === null || faults.length > 0) return { judge: null, faults, variables, templateTokens };
  const { id, title, measures, ...rest } = front;
  const { probes: _, labels, ...decisive } = rest;
  const templateHash = contentHash(canonicalJson({ schema: 1, ...decisive, labels, languages }));
  const parserHash = contentHash(
    canonicalJson({ version: PARSER_VERSION, mode: front.mode, verdict: front.verdict }),
  );
  const judge: Judge = {
    id,
    title,
    measures,
    ...rest,
    languages: languages as Judge['languages'],
    source,
    templateHash,
    parserHash,
    identity: `${id}@${templateHash.slice(0, 12)}`,
  };
  return { judge, faults, variables, templateTokens };
}

/** Each entry: one of these names must be used. */
function requiredOf(front: Front): readonly (readonly string[])[] {
  const answers =
    front.mode === 'pairwise'
      ? ['conversation', 'candidates', 'answer_a']
      : front.mode === 'listwise'
        ? ['conversation', 'candidates']
        : ['conversation', 'candidates', 'answer'];
  const inputs: Readonly<Record<JudgeInput, readonly string[] | null>> = {
    reference: ['reference'],
    rubric: ['rubric'],
    criteria: front.mode === 'criteria' ? ['criterion'] : ['criteria'],
    checklist: front.mode === 'checklist' ? ['item'] : ['checklist'],
    context: ['context'],
    dialogue: null,
    language: ['language'],
    category: ['category'],
  };
  const needed = front.needs.flatMap((input) => (inputs[input] === null ? [] : [inputs[input]]));
  if (front.verdict.parser === 'reward') return [['question'], ['answer_a'], ...needed];
  return [answers, ['verdict_contract', 'verdict_tag'], ...needed];
}

/** What a template for a reward model may name: texts as they are, without fences and without a contract. */
const REWARD_VARIABLES: readonly string[] = [
  'question',
  'answer_a',
  'answer_b',
  'reference',
  'category',
  'language',
];

function refuseForReward(
  form: RewardForm,
  sections: ReadonlyMap<string, Section>,
  used: ReadonlySet<string>,
  fault: Fault,
): void {
  for (const { role, line } of sections.values()) {
    if (form === 'pairwise' && role === 'user') continue;
    fault({
      line,
      message:
        form === 'pairwise'
          ? 'a reward model reads one text, and has no section "system"'
          : 'a reward model that reads one answer at a time is asked by its own chat template',
      hint:
        form === 'pairwise'
          ? 'Write all of it under {% user %}.'
          : 'Leave out the sections, or write "form: pairwise".',
    });
  }
  for (const name of form === 'pairwise' ? used : []) {
    if (REWARD_VARIABLES.includes(name)) continue;
    fault({
      line: sections.get('user en')?.line ?? 1,
      message: `a template for a reward model has no {{ ${name} }}`,
      hint: `It has ${REWARD_VARIABLES.join(', ')}: texts as they are, and nothing that changes from call to call.`,
    });
  }
}

function requireVariables(front: Front, sections: ReadonlyMap<string, Section>, fault: Fault): void {
  for (const language of JUDGE_LANGUAGES) {
    const user = sections.get(`user ${language}`);
    if (user === undefined) continue;
    const quiet = () => undefined;
    const used = new Set([
      ...checkTemplate(user.text, 1, quiet),
      ...checkTemplate(sections.get(`system ${language}`)?.text ?? '', 1, quiet),
    ]);
    for (const names of requiredOf(front)) {
      const satisfied = names.some((name) => used.has(name) && (name !== 'answer_a' || used.has('answer_b')));
      if (satisfied) continue;
      fault({
        line: user.line,
        message: `the template does not use {{ ${names[0]} }}`,
        hint:
          names[0] === 'verdict_contract'
            ? 'It tells the model how to write its verdict, so that it can be read.'
            : `Use ${names.join(' or ')}: a judge of this mode needs it.`,
      });
    }
  }
}

function variablesOf(front: Front, used: ReadonlySet<string>): JudgeVariable[] {
  const required = new Set(requiredOf(front).map(([name = '']) => name));
  return Object.keys(TEMPLATE_VARIABLES).map((name) => ({
    name,
    used: used.has(name),
    required: required.has(name),
  }));
}
