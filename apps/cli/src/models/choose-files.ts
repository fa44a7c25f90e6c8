import { ArenaError } from '@agon/domain';

/** A file of a repository as the hub lists it. */
export type Listed = { readonly path: string; readonly size: number };

/** Read with a model where they are there. */
const BESIDE = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
];
const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const LICENCE = /^(LICEN[CS]E|NOTICE|USE_POLICY)(\.(md|txt))?$/i;

/** The exact file first, as folders are opened. */
const DTYPES: Readonly<Record<string, string>> = {
  fp32: 'model',
  fp16: 'model_fp16',
  q4: 'model_q4',
  q4f16: 'model_q4f16',
  q8: 'model_quantized',
  int8: 'model_int8',
  uint8: 'model_uint8',
};
export const DTYPE_NAMES = Object.keys(DTYPES);

/**
 * The files that a model needs to run here: configuration, tokenizer, chat template, licence, one ONNX file and the
 * data files beside it.
 * @param asked name of the ONNX file, or a type of weights; neither: the most exact that is there
 * @throws ArenaError('not_found') where the repository lacks one
 */
export function chooseFiles<File extends Listed>(
  repo: string,
  listed: readonly File[],
  asked: { readonly file?: string; readonly dtype?: string },
): { readonly model: string; readonly files: readonly File[] } {
  const models = listed.map(({ path }) => path).filter((path) => /^(onnx\/)?[\w.+-]+\.onnx$/.test(path));
  const missing = NEEDED.find((name) => !listed.some(({ path }) => path === name));
  if (models.length === 0 || missing !== undefined) {
    throw new ArenaError('not_found', `${repo} has no ${missing ?? 'ONNX file'}.`, {
      hint: 'Take a repository with an ONNX export: config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx. Many are named …-ONNX.',
      at: { value: repo },
    });
  }
  const model = pick(repo, models, asked);
  const isData = (path: string) =>
    path.startsWith(`${model}_data`) ||
    path.startsWith(`${model}.data`) ||
    path === model.replace(/\.onnx$/, '.data');
  const files = listed.filter(
    ({ path }) =>
      path === model ||
      BESIDE.includes(path) ||
      LICENCE.test(path) ||
      (isData(path) && /^(onnx\/)?[\w.+-]+$/.test(path)),
  );
  return { model, files };
}

function pick(
  repo: string,
  models: readonly string[],
  { file, dtype }: { readonly file?: string; readonly dtype?: string },
): string {
  const names =
    file !== undefined
      ? [file, `${file}.onnx`]
      : (dtype !== undefined ? [DTYPES[dtype]!] : Object.values(DTYPES)).map((name) => `${name}.onnx`);
  for (const name of names) {
    const found = models.find((path) => path === name || path === `onnx/${name}`);
    if (found !== undefined) return found;
  }
  throw new ArenaError(
    'not_found',
    `${repo} has no ${file ?? (dtype === undefined ? 'model.onnx' : names[0])}.`,
    {
      hint: `Name one with --file: ${models.join(', ')}.`,
      at: { value: repo },
    },
  );
}
