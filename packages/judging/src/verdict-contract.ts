import type { Judge, JudgeLanguage, VerdictSpec } from './judge.ts';
import { type Showing, SLOT_LABELS } from './judged-item.ts';

/** Where a verdict goes: the three dots stand for the label. */
export function tagOf(nonce: string): string {
  return `<v-${nonce}>…</v-${nonce}>`;
}

/** How the model is told to write its verdict, from the parser that will read it: the two cannot drift apart. */
export function contractOf(judge: Judge, showing: Showing, language: JudgeLanguage): string {
  const { verdict } = judge;
  const contract =
    language === 'zh' ? inChinese(judge, verdict, showing) : inEnglish(judge, verdict, showing);
  if (showing.attempt === 0) return contract;
  return language === 'zh'
    ? `${contract}\n上一次的回复无法读出结论。请严格按照上面的格式作答。`
    : `${contract}\nYour reply before this one could not be read. Keep to this form exactly.`;
}

function inEnglish(judge: Judge, verdict: VerdictSpec, { nonce, order }: Showing): string {
  switch (verdict.parser) {
    case 'tag':
      return `Then write your decision once, at the end, on a line of its own, exactly as ${tagOf(nonce)}, with one of these in place of the three dots:\n${meanings(judge, verdict.map, 'en')}`;
    case 'label_token':
      if (judge.settings.replyForm === 'json_schema')
        return `Reply with one JSON object and nothing else: {"choice": "…"}, where "choice" is one of these:\n${meanings(judge, verdict.map, 'en')}`;
      return `Reply with one of these and nothing else:\n${meanings(judge, verdict.map, 'en')}`;
    case 'json':
      return `Reply with one JSON object and nothing else: {"nonce": "${nonce}", "reason": "…", "choice": "…"}, where "choice" is one of these:\n${meanings(judge, verdict.map, 'en')}`;
    case 'score':
      return verdict.by === 'tag'
        ? `Then write your score once, at the end, on a line of its own, exactly as ${tagOf(nonce)}, with a whole number from ${verdict.min} (worst) to ${verdict.max} (best) in place of the three dots.`
        : `Reply with one digit from ${verdict.min} (worst) to ${verdict.max} (best) and nothing else.`;
    case 'ranking':
      return `Reply with one JSON object and nothing else: {"nonce": "${nonce}", "ranking": […]}, where "ranking" has each of ${slotsOf(order)} once, best first.`;
    case 'grounded':
      return `Reply with one JSON object and nothing else: {"nonce": "${nonce}", "claims": [{"claim": "…", "state": "…", "quote": "…"}]}. "state" is "supported", "contradicted" or "absent". "quote" is copied word for word from the context; it is empty where the state is "absent".`;
    case 'reward':
      return '';
  }
}

function inChinese(judge: Judge, verdict: VerdictSpec, { nonce, order }: Showing): string {
  switch (verdict.parser) {
    case 'tag':
      return `最后另起一行，严格按照 ${tagOf(nonce)} 的形式写出结论，只写一次，用下列之一替换其中的省略号：\n${meanings(judge, verdict.map, 'zh')}`;
    case 'label_token':
      if (judge.settings.replyForm === 'json_schema')
        return `只回复一个 JSON 对象，不要写其他任何内容：{"choice": "…"}，其中 "choice" 为下列之一：\n${meanings(judge, verdict.map, 'zh')}`;
      return `只回复下列之一，不要写其他任何内容：\n${meanings(judge, verdict.map, 'zh')}`;
    case 'json':
      return `只回复一个 JSON 对象，不要写其他任何内容：{"nonce": "${nonce}", "reason": "…", "choice": "…"}，其中 "choice" 为下列之一：\n${meanings(judge, verdict.map, 'zh')}`;
    case 'score':
      return verdict.by === 'tag'
        ? `最后另起一行，严格按照 ${tagOf(nonce)} 的形式写出分数，只写一次，用 ${verdict.min}（最差）到 ${verdict.max}（最好）之间的整数替换其中的省略号。`
        : `只回复一个数字，从 ${verdict.min}（最差）到 ${verdict.max}（最好），不要写其他任何内容。`;
    case 'ranking':
      return `只回复一个 JSON 对象，不要写其他任何内容：{"nonce": "${nonce}", "ranking": […]}，其中 "ranking" 按从好到差的顺序列出 ${slotsOf(order)}，每个只出现一次。`;
    case 'grounded':
      return `只回复一个 JSON 对象，不要写其他任何内容：{"nonce": "${nonce}", "claims": [{"claim": "…", "state": "…", "quote": "…"}]}。"state" 为 "supported"（有依据）、"contradicted"（相矛盾）或 "absent"（未提及）。"quote" 从背景材料中逐字摘录；"state" 为 "absent" 时留空。`;
    case 'reward':
      return '';
  }
}

function slotsOf(order: readonly number[]): string {
  return order.map((_, slot) => `"${SLOT_LABELS[slot] ?? ''}"`).join(', ');
}

function meanings(judge: Judge, map: Readonly<Record<string, number>>, language: JudgeLanguage): string {
  return Object.entries(map)
    .sort(([, x], [, y]) => y - x)
    .map(
      ([label, value]) => `${label}${language === 'zh' ? '：' : ': '}${meaning(judge, value, map, language)}`,
    )
    .join('\n');
}

function meaning(
  { mode }: Judge,
  value: number,
  map: Readonly<Record<string, number>>,
  language: JudgeLanguage,
): string {
  const zh = language === 'zh';
  if (mode === 'pairwise') {
    if (value === 0.5) return zh ? '两个回答一样好' : 'both are equally good';
    const slot = value > 0.5 ? 'A' : 'B';
    const graded = Object.values(map).some(
      (each) => each !== value && each !== 0.5 && each > 0.5 === value > 0.5,
    );
    if (!graded) return zh ? `回答 ${slot} 更好` : `Answer ${slot} is better`;
    const clear = Math.abs(value - 0.5) > 0.25;
    if (zh) return `回答 ${slot} ${clear ? '明显更好' : '略好'}`;
    return `Answer ${slot} is ${clear ? 'clearly' : 'slightly'} better`;
  }
  if (mode === 'checklist') {
    if (value === 1) return zh ? '满足' : 'yes, it holds';
    if (value === 0) return zh ? '不满足' : 'no, it does not hold';
  }
  const share = Math.round(value * 100);
  return zh ? `${share} 分（满分 100）` : `worth ${share} of 100`;
}

/**
 * A JSON schema of the reply, where it is JSON; null: it is not. It is the same for every call that shows as many
 * candidates, so that servers make their grammar of it once: the nonce stands in the prompt alone.
 */
export function schemaOf(
  { verdict, settings }: Judge,
  { order }: Pick<Showing, 'order'>,
): Readonly<Record<string, unknown>> | null {
  const object = (properties: Readonly<Record<string, unknown>>) => ({
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  });
  const text = { type: 'string' };
  const choice = (map: Readonly<Record<string, number>>) => ({ type: 'string', enum: Object.keys(map) });
  switch (verdict.parser) {
    case 'label_token':
      return settings.replyForm === 'json_schema' ? object({ choice: choice(verdict.map) }) : null;
    case 'json':
      return object({
        nonce: text,
        reason: text,
        choice: choice(verdict.map),
      });
    case 'ranking':
      return object({
        nonce: text,
        ranking: {
          type: 'array',
          items: { type: 'string', enum: order.map((_, slot) => SLOT_LABELS[slot] ?? '') },
        },
      });
    case 'grounded': {
      const state = { type: 'string', enum: ['supported', 'contradicted', 'absent'] };
      return object({
        nonce: text,
        claims: { type: 'array', items: object({ claim: text, state, quote: text }) },
      });
    }
    default:
      return null;
  }
}
