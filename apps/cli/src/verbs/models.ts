import { basename, join, resolve } from 'node:path';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { DTYPE_NAMES } from '../models/choose-files.ts';
import { getModel } from '../models/get-model.ts';
import { oneOf } from '../parse-options.ts';
import { note, printJson } from '../print.ts';
import { dataFolder } from '../start/data-folder.ts';

type Options = { file?: string; dtype?: string; dir?: string; data?: string; json?: boolean };

/** `agon models get`. */
export function command(): Command {
  const models = new Command('models').description('Fetch models that run on this machine.');
  models
    .command('get')
    .description('fetch an ONNX export from the Hugging Face hub, or from what HF_ENDPOINT names')
    .argument('<repo>', 'OWNER/NAME, or OWNER/NAME@REVISION')
    .option('--dtype <type>', `weights: ${DTYPE_NAMES.join(', ')}`, oneOf('dtype', DTYPE_NAMES))
    .option('--file <name>', 'ONNX file of the repository (default: the most exact there is)')
    .option('--dir <dir>', 'folder of the model (default: models/OWNER/NAME in the data folder)')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon models get HuggingFaceTB/SmolLM2-135M-Instruct --dtype q8')
    .action(get);
  return models;
}

async function get(text: string, options: Options): Promise<void> {
  const { repo, revision } = readRepo(text);
  if (options.file !== undefined && options.dtype !== undefined) {
    throw new ArenaError('unknown_option', '--file and --dtype both say which weights: give one of them.', {
      at: { column: 'dtype', value: options.dtype },
    });
  }
  const folder = resolve(options.dir ?? join(dataFolder(options.data), 'models', repo));
  const abort = new AbortController();
  const stop = () => abort.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const { file, dtype } = options;
    const model = await getModel({
      repo,
      revision,
      folder,
      ...(file === undefined ? {} : { file }),
      ...(dtype === undefined ? {} : { dtype }),
      signal: abort.signal,
    });
    if (options.json) printJson({ ...model, complete: true });
    else {
      process.stdout.write(`${folder}\n`);
      note(`Use it: agon judge serve --onnx ${folder} --file ${basename(model.file)}`);
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    if (options.json) printJson({ repo, revision, folder, complete: false });
    note('Stopped. The same command continues where this one was.');
    process.exitCode = 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

/** @throws ArenaError('unknown_option') */
function readRepo(text: string): { readonly repo: string; readonly revision: string } {
  const [, repo, revision = 'main'] = /^([\w-][\w.-]*\/[\w-][\w.-]*)(?:@([\w-][\w./-]*))?$/.exec(text) ?? [];
  if (repo !== undefined && !revision.includes('..')) return { repo, revision };
  throw new ArenaError('unknown_option', `"${text}" names no repository of the hub.`, {
    hint: 'Write OWNER/NAME or OWNER/NAME@REVISION.',
    at: { value: text },
  });
}
