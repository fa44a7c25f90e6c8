import { JUDGE_LANGUAGES, type JudgeLanguage, type JudgeSections } from './judge.ts';
import type { Fault } from './yaml-fields.ts';

/** A part of a template: what one role says in one language. */
export type Section = {
  readonly role: 'system' | 'user';
  readonly language: JudgeLanguage;
  readonly text: string;
  /** Where its text starts. */
  readonly line: number;
};

/** Roles are split on the file, before anything is filled in: a text cannot start a section. */
export function splitSections(body: string, firstLine: number, fault: Fault): ReadonlyMap<string, Section> {
  const sections = new Map<
    string,
    { role: Section['role']; language: JudgeLanguage; line: number; lines: string[] }
  >();
  let current: { lines: string[] } | null = null;
  for (const [i, line] of body.split('\n').entries()) {
    const found = /^\{%\s*(\w+)(?:\s+(\w+))?\s*%\}$/.exec(line.trim());
    const [, role = '', language = 'en'] = found ?? [];
    const known = role === 'system' || role === 'user';
    if (found !== null && (known || (current === null && !KEYWORDS.has(role)) || role === 'assistant')) {
      if (!known) {
        fault({
          line: firstLine + i,
          message: `there is no section "${role}"`,
          hint: 'Sections are system and user.',
        });
        continue;
      }
      if (!JUDGE_LANGUAGES.includes(language as JudgeLanguage))
        fault({
          line: firstLine + i,
          message: `there is no language "${language}"`,
          hint: `Languages are ${JUDGE_LANGUAGES.join(', ')}.`,
        });
      const key = `${role} ${language}`;
      if (sections.has(key)) fault({ line: firstLine + i, message: `the section "${key}" is there twice` });
      const lines: string[] = [];
      sections.set(key, {
        role: role === 'system' ? 'system' : 'user',
        language: language as JudgeLanguage,
        line: firstLine + i + 1,
        lines,
      });
      current = { lines };
    } else if (current !== null) current.lines.push(line);
    else if (line.trim() !== '')
      fault({
        line: firstLine + i,
        message: 'text before the first section',
        hint: 'Start with {% system %} or {% user %}.',
      });
  }
  return new Map(
    [...sections].map(([key, { lines, ...section }]) => {
      const blank = lines.findIndex((line) => line.trim() !== '');
      return [key, { ...section, line: section.line + Math.max(0, blank), text: lines.join('\n').trim() }];
    }),
  );
}

const KEYWORDS = new Set(['if', 'elif', 'else', 'endif', 'for', 'endfor']);

/** Sections by language; English must be there, and each language must have what English has. */
export function gatherLanguages(
  sections: ReadonlyMap<string, Section>,
  fault: Fault,
): { [language in JudgeLanguage]?: JudgeSections } {
  const languages: { [language in JudgeLanguage]?: JudgeSections } = {};
  for (const language of JUDGE_LANGUAGES) {
    const [system, user] = [sections.get(`system ${language}`), sections.get(`user ${language}`)];
    if (user === undefined && (language === 'en' || system !== undefined)) {
      fault({
        line: system?.line ?? 1,
        message: `there is no section "user"${language === 'en' ? '' : ` in ${language}`}`,
        hint: 'A judge needs the answers, and a place for its verdict.',
      });
    }
    if (user !== undefined) {
      if (system === undefined && languages.en !== undefined && languages.en.system !== '')
        fault({ line: user.line, message: `there is no section "system" in ${language}` });
      languages[language] = { system: system?.text ?? '', user: user.text };
    }
  }
  return languages;
}
