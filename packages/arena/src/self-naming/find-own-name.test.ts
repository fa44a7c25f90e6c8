import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultAliases } from './default-aliases.ts';
import { findOwnName } from './find-own-name.ts';

const find = (model: string, text: string, prompt = '') =>
  findOwnName(text, { name: model, aliases: defaultAliases(model) }, prompt).map(({ start, end }) =>
    text.slice(start, end),
  );

describe('findOwnName', () => {
  it.each([
    ['gpt-4', 'As GPT-4, I cannot do that.', ['GPT-4']],
    ['gpt-3.5-turbo', 'I am ChatGPT, a large language model trained by OpenAI.', ['ChatGPT', 'OpenAI']],
    ['gpt-3.5-turbo', 'This was written by gpt 3.5.', ['gpt 3.5']],
    ['claude-v1', "I'm Claude, an AI assistant created by Anthropic.", ['Claude', 'Anthropic']],
    ['claude-v1', 'My name is Claude.', ['Claude']],
    ['llama-13b', 'I am LLaMA, developed by Meta AI.', ['LLaMA', 'Meta AI']],
    [
      'vicuna-13b-v1.2',
      'I am a language model called Vicuna, and I was trained by LMSYS.',
      ['Vicuna', 'LMSYS'],
    ],
    ['Qwen-14B-Chat', '我是通义千问，由阿里云开发。', ['通义千问']],
    ['Qwen-14B-Chat', 'I am Qwen.', ['Qwen']],
  ])('finds %s in %j', (model, text, names) => {
    expect(find(model, text)).toEqual(names);
  });

  it.each([
    ['llama-13b', 'The llama climbed the hill; a llama eats grass.'],
    ['claude-v1', 'Claude Monet painted water lilies.'],
    ['alpaca-13b', 'An alpaca is smaller than a llama, and alpaca wool is warm.'],
    ['bard', 'The bard sang of palm trees.'],
    ['Mistral-7B', 'The mistral blows from the north.'],
    ['gemini-pro', 'People born under Gemini are curious.'],
    ['gpt-4', 'The gpt-45 chip, and egpt-4x.'],
    ['phi-2', 'The golden ratio is written phi.'],
    ['gpt-4', 'Claude was here; I am Claude.'],
  ])('leaves %s alone in %j', (model, text) => {
    expect(find(model, text)).toEqual([]);
  });

  it('does not count the prompt’s own words', () => {
    expect(find('gpt-4', 'GPT-4 is a model of OpenAI.', 'What is GPT-4?')).toEqual([]);
  });

  // read by eye: the one answer that introduces itself ("an AI assistant created by Anthropic"); "Claude Monet" is none
  it('flags the one answer of the demo campaign that names its maker', () => {
    const read = (name: string) => readFileSync(new URL(`../../data/demo/${name}`, import.meta.url), 'utf8');
    const rows = <Row>(name: string) =>
      read(name)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row);
    const { models } = JSON.parse(read('campaign.json')) as { models: { name: string; aliases: string[] }[] };
    const prompts = rows<{ prompt_id: string; turns: string[] }>('prompts.jsonl');
    const answers = rows<{ prompt_id: string; model: string; answer: string[] }>('answers.jsonl');
    const flagged = answers.filter((answer) => {
      const known = models.find((each) => each.name === answer.model)!;
      const model = { name: known.name, aliases: [...known.aliases, ...defaultAliases(known.name)] };
      const asked = prompts.find((each) => each.prompt_id === answer.prompt_id)!.turns.join('\n');
      return answer.answer.some((turn) => findOwnName(turn, model, asked).length > 0);
    });
    expect(flagged.map((answer) => `${answer.prompt_id} ${answer.model}`)).toEqual(['mtbench-100 claude-v1']);
  });
});
