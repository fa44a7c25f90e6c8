import { ArenaError } from '@agon/domain';
import { withoutControlWords } from './control-words.ts';
import {
  type Judge,
  type JudgeInput,
  type JudgeLanguage,
  type JudgeSections,
  type ReplyForm,
  readsTokens,
} from './judge.ts';
import { type JudgedItem, type Showing, SLOT_LABELS } from './judged-item.ts';
import { type RewardInput, rewardInputs, textOfInput } from './reward-inputs.ts';
import { type CompiledTemplate, compileTemplate } from './template.ts';
import { contractOf, schemaOf, tagOf } from './verdict-contract.ts';

/** What a judge model is sent; `system` is empty where the judge has none. */
export type JudgeRequest = {
  /** That the judge speaks in this call. */
  readonly language: JudgeLanguage;
  readonly system: string;
  readonly user: string;
  readonly settings: {
    readonly temperature: number;
    readonly maxTokens: number;
    readonly topLogprobs: number;
    readonly seed?: number;
  };
  /** Of the reply, for providers that take one. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
  /** Of a reward model: what it scores; `user` has the same for people. */
  readonly inputs?: readonly RewardInput[];
};

/** Whether everything is there that the judge needs; otherwise the item is `not_applicable`, which is no failure. */
export function applies(judge: Judge, item: JudgedItem): boolean {
  return judge.needs.every((input) => has(item, input)) && fitsMode(judge, item);
}

function fitsMode({ mode }: Judge, { candidates }: JudgedItem): boolean {
  if (mode === 'pairwise') return candidates.length === 2;
  if (mode === 'listwise') return candidates.length >= 2 && candidates.length <= SLOT_LABELS.length;
  return candidates.length >= 1;
}

function has(item: JudgedItem, input: JudgeInput): boolean {
  switch (input) {
    case 'dialogue':
      return item.prompt.length > 1;
    case 'rubric':
      return (item.rubric?.levels.length ?? 0) > 0;
    case 'language':
    case 'category':
      return (item[input] ?? '') !== '';
    case 'criteria':
      return (item.criteria?.length ?? 0) > 0;
    default:
      return (item[input] ?? []).some((text) => text.trim() !== '');
  }
}

/** The calls that one showing of an item takes: one for each criterion or item of a checklist, else one. */
export function partsOf(judge: Judge, item: JudgedItem): readonly string[] {
  if (judge.mode === 'criteria') return (item.criteria ?? []).map(({ id }) => id);
  if (judge.mode === 'checklist') return (item.checklist ?? []).map((_, i) => String(i + 1));
  return [''];
}

const WORDS = {
  en: {
    request: 'Request',
    answer: 'Answer',
    reference: 'Reference answer',
    rubric: 'Rubric',
    criterion: 'Criterion',
    checklist: 'Checklist',
    item: 'Checklist item',
    context: 'Context',
    turn: (title: string, turn: number) => `${title}, turn ${turn}`,
    end: (title: string) => `end of ${title}`,
  },
  zh: {
    request: '请求',
    answer: '回答',
    reference: '参考答案',
    rubric: '评分标准',
    criterion: '评判维度',
    checklist: '检查清单',
    item: '检查项',
    context: '背景材料',
    turn: (title: string, turn: number) => `${title}，第 ${turn} 轮`,
    end: (title: string) => `${title} 结束`,
  },
} as const;

/** The language that a judge speaks about an item: the item's own where the judge has it, else English. */
function languageFor(judge: Judge, item: Pick<JudgedItem, 'language'>): JudgeLanguage {
  return judge.languages.zh !== undefined && /^(zh|cmn|chinese|中文)/i.test(item.language ?? '')
    ? 'zh'
    : 'en';
}

/**
 * The request of one call. Templates are filled in a single pass: what stands in a text is never read as a variable
 * or a section, every text is fenced by lines that carry the nonce, and control words of chat templates in it are
 * broken up.
 * @throws ArenaError('too_large') where the texts would become longer than any model reads
 * @throws ArenaError('internal') where `showing` does not fit the item
 */
export function renderJudge(judge: Judge, item: JudgedItem, showing: Showing): JudgeRequest {
  const language = languageFor(judge, item);
  if (judge.verdict.parser === 'reward') return renderReward(judge, item, showing, language);
  const sections = compiledOf(judge.languages[language] ?? judge.languages.en);
  const values = valuesOf(judge, item, showing, language);
  const { temperature, maxTokens, topLogprobs, seed } = judge.settings;
  const jsonSchema = schemaOf(judge, showing);
  return {
    language,
    system: sections.system.fill(values),
    user: sections.user.fill(values),
    settings: { temperature, maxTokens, topLogprobs, ...(seed === null ? {} : { seed }) },
    ...(jsonSchema === null ? {} : { jsonSchema }),
  };
}

function renderReward(
  judge: Judge,
  item: JudgedItem,
  { order }: Showing,
  language: JudgeLanguage,
): JudgeRequest {
  const { temperature, maxTokens, topLogprobs } = judge.settings;
  const { user } = compiledOf(judge.languages[language] ?? judge.languages.en);
  const inputs = rewardInputs(judge, item, order, (values) => user.fill(values));
  return {
    language,
    system: '',
    user: inputs.map(textOfInput).join('\n\n'),
    settings: { temperature, maxTokens, topLogprobs },
    inputs,
  };
}

/** A judge's sections are read by Jinja once, not for each call. */
const compiled = new WeakMap<JudgeSections, { system: CompiledTemplate; user: CompiledTemplate }>();

function compiledOf(sections: JudgeSections): { system: CompiledTemplate; user: CompiledTemplate } {
  const known = compiled.get(sections);
  if (known !== undefined) return known;
  const made = { system: compileTemplate(sections.system), user: compileTemplate(sections.user) };
  compiled.set(sections, made);
  return made;
}

/** How the reply to a call begins; empty: as the model likes. */
export function prefillOf(
  { settings: { prefill = '' } }: Judge,
  nonce: string,
  language: JudgeLanguage = 'en',
): string {
  const begun = typeof prefill === 'string' ? prefill : (prefill[language] ?? '');
  return begun.replace(/\{\{\s*nonce\s*\}\}/g, () => nonce);
}

/** A reply with the words that it was begun with, where the parser reads text; others read the tokens that followed. */
export function wholeReply({ verdict }: Judge, prefill: string, text: string): string {
  return readsTokens(verdict) ? text : `${prefill}${text}`;
}

/** What a provider was found to know; what was not asked for is not known. */
export type FormsKnown = { readonly jsonSchema: boolean; readonly tools: boolean; readonly prefill: boolean };
export type AskedForm = { readonly form: ReplyForm; readonly prefill: boolean };

/**
 * How a judge asks a provider: in the form that its file says where the provider knows it, else in plain words, which
 * every parser reads. A tool's arguments cannot be begun.
 */
export function formFor({ settings, verdict }: Judge, known: FormsKnown): AskedForm {
  const wanted = ['json', 'ranking', 'grounded'].includes(verdict.parser)
    ? settings.replyForm
    : (settings.replyForm ?? 'text');
  const schema = known.jsonSchema && (wanted === undefined || wanted === 'json_schema');
  const tool = known.tools && (wanted === undefined || wanted === 'tool');
  const form = schema ? 'json_schema' : tool ? 'tool' : 'text';
  return { form, prefill: known.prefill && form !== 'tool' && (settings.prefill ?? '') !== '' };
}

function valuesOf(
  judge: Judge,
  item: JudgedItem,
  { order, nonce, part, attempt }: Showing,
  language: JudgeLanguage,
): Readonly<Record<string, unknown>> {
  const words = WORDS[language];
  const fence = (title: string, text: string) =>
    `[[${title} ${nonce}]]\n${withoutControlWords(text)}\n[[${words.end(title)} ${nonce}]]`;
  const many = item.prompt.length > 1;
  const turns = (title: string, texts: readonly string[]) =>
    item.prompt.map((_, turn) => fence(many ? words.turn(title, turn + 1) : title, texts[turn] ?? ''));
  const shown = order.map((candidate, slot) => {
    const texts = item.candidates[candidate];
    if (texts === undefined)
      throw new ArenaError('internal', `There is no candidate ${candidate} to be shown.`);
    const single = judge.mode !== 'pairwise' && judge.mode !== 'listwise';
    const label = single ? '' : (SLOT_LABELS[slot] ?? '');
    const fenced = turns(single ? words.answer : `${words.answer} ${label}`, texts);
    return { label, text: fenced.join('\n\n'), turns: fenced };
  });
  const question = turns(words.request, item.prompt).join('\n\n');
  const criteria = (item.criteria ?? []).map(({ id, text, weight }) => ({
    id: oneLine(id),
    text: fence(words.criterion, text),
    weight,
  }));
  const criterion =
    judge.mode === 'criteria' ? criteria[(item.criteria ?? []).findIndex(({ id }) => id === part)] : null;
  const checklistItem = judge.mode === 'checklist' ? item.checklist?.[Number(part) - 1] : null;
  if (criterion === undefined || checklistItem === undefined)
    throw new ArenaError('internal', `The item has no part "${part}".`);
  const list = (title: string, texts: readonly string[] | null | undefined) =>
    (texts ?? [])
      .map((text, i) => fence((texts ?? []).length > 1 ? `${title} ${i + 1}` : title, text))
      .join('\n\n');
  const levels = item.rubric?.levels.map(({ score, text }) => `${score}: ${text}`) ?? [];
  const score = judge.verdict.parser === 'score' ? judge.verdict : null;
  return {
    conversation: [question, ...shown.map(({ text }) => text)].join('\n\n'),
    question,
    answer: shown[0]?.text ?? '',
    answer_a: shown[0]?.text ?? '',
    answer_b: shown[1]?.text ?? '',
    candidates: shown,
    reference: list(words.reference, item.reference),
    rubric:
      levels.length === 0 ? '' : fence(words.rubric, [item.rubric?.name ?? '', ...levels].join('\n').trim()),
    criteria,
    criterion: criterion ?? '',
    checklist: (item.checklist ?? []).map((text, i) => fence(`${words.item} ${i + 1}`, text)),
    item: checklistItem === null ? '' : fence(words.item, checklistItem),
    context: list(words.context, item.context),
    language: oneLine(item.language ?? ''),
    category: oneLine(item.category ?? ''),
    labels: [...judge.labels],
    min_score: score?.min ?? '',
    max_score: score?.max ?? '',
    verdict_contract: contractOf(judge, { order, nonce, part, attempt }, language),
    verdict_tag: tagOf(nonce),
    nonce,
    attempt,
  };
}

function oneLine(text: string): string {
  return withoutControlWords(text.replace(/\s+/g, ' ').slice(0, 200));
}
