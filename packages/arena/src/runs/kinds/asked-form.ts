import { formFor, type Judge, type JudgeRequest, prefillOf, wholeReply } from '@agon/judging';
import type { ChatSettings } from '../../ports/model-client.ts';
import type { ProviderRecord } from '../../ports/provider-store.ts';
import type { ReadableReply, VerdictConfig } from './run-kind.ts';

/** The tool that a judge calls where a provider knows tools and no schemas. */
const TOOL = { name: 'give_verdict', description: 'Gives the verdict that the instructions ask for.' };

/**
 * How a judge asks a provider: what its check found decides, and what it did not ask about is not used. Models of this
 * machine need no check: they write by a schema and go on with a begun reply.
 */
export function askedForm(
  judge: Judge,
  { capabilities, baseUrl }: Pick<ProviderRecord, 'capabilities' | 'baseUrl'>,
): NonNullable<VerdictConfig['asked']> {
  const isLocal = baseUrl.startsWith('onnx:');
  const has = (feature: 'json_schema' | 'tools' | 'prefill') =>
    capabilities?.features?.[feature]?.is === 'yes';
  const form = formFor(judge, {
    jsonSchema: has('json_schema') || isLocal,
    tools: has('tools'),
    prefill: has('prefill') || isLocal,
  });
  return { ...form, nonce: 'target' };
}

/** What a judge's request sends, in the form that the run was started with. */
export function settingsInForm(
  judge: Judge,
  { asked }: Pick<VerdictConfig, 'asked'>,
  { settings, jsonSchema, language }: JudgeRequest,
  nonce: string,
): ChatSettings {
  return {
    ...settings,
    ...(asked?.form === 'json_schema' && jsonSchema !== undefined ? { jsonSchema } : {}),
    ...(asked?.form === 'tool' && jsonSchema !== undefined
      ? { tool: { ...TOOL, parameters: jsonSchema } }
      : {}),
    ...(asked?.prefill === true ? { prefill: prefillOf(judge, nonce, language) } : {}),
  };
}

/** What a judge's parser reads of a reply. */
export function wholeText(
  judge: Judge,
  { asked }: Pick<VerdictConfig, 'asked'>,
  { texts }: ReadableReply,
  nonce: string,
): string {
  return wholeReply(judge, asked?.prefill === true ? prefillOf(judge, nonce) : '', texts.at(-1) ?? '');
}

/** The same for people. */
export function formSettings({
  asked,
  control = null,
}: VerdictConfig): Readonly<Record<string, string | number | null>> {
  if (control !== null || asked === undefined) return {};
  return { reply_form: asked.form, ...(asked.prefill ? { prefill: 'sent' } : {}) };
}
