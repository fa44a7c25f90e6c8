import { ArenaError } from '@agon/domain';
import { Template } from '@huggingface/jinja';
import type { ModelFolder } from './model-folder.ts';

export type ChatMessage = { readonly role: string; readonly content: string };
/** @returns the conversation, where the model is to reply up to where its reply begins. @throws ArenaError('invalid_request') in the template's words */
export type RenderChat = (messages: readonly ChatMessage[]) => string;

/** @param replies whether the model is to reply; else the conversation is whole, and is scored */
export function chatTemplate(
  {
    path,
    chatTemplate: source,
    tokenizerConfig,
  }: Pick<ModelFolder, 'path' | 'chatTemplate' | 'tokenizerConfig'>,
  replies = true,
): RenderChat {
  let template: Template;
  try {
    template = new Template(source);
  } catch (error) {
    throw new ArenaError('invalid_file', `The chat template in ${path} cannot be read: ${messageOf(error)}`, {
      hint: 'Take chat_template.jinja, or tokenizer_config.json, from where the model came from.',
      at: { file: path },
    });
  }
  const tokens = Object.fromEntries(
    ['bos_token', 'eos_token', 'unk_token', 'pad_token'].flatMap((name) => {
      const value = tokenizerConfig[name];
      const text =
        typeof value === 'object' && value !== null ? (value as { content?: unknown }).content : value;
      return typeof text === 'string' ? [[name, text]] : [];
    }),
  );
  return (messages) => {
    try {
      return template.render({ ...tokens, messages, add_generation_prompt: replies });
    } catch (error) {
      throw new ArenaError(
        'invalid_request',
        `The model's chat template refuses these messages: ${messageOf(error)}`,
        {
          hint: 'Some models take no system message, or want user and assistant in turns.',
          at: { column: 'messages' },
        },
      );
    }
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
