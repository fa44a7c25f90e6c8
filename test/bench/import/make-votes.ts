import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { seededRandom } from '@agon/stats';

const MODELS = 100;
const RATERS = 20_000;
const PROMPTS = 20_000;
const WINNERS = ['model_a', 'model_b', 'tie', 'both_bad'];

/** A CSV file of votes as an arena logs them: ids, two models, outcome, rater, prompt, time. The same for the same number. */
export async function makeVotes(path: string, votes: number): Promise<void> {
  const random = seededRandom('bench/import');
  const out = createWriteStream(path);
  out.write('id,model_a,model_b,winner,rater,prompt_id,timestamp\n');
  let lines = '';
  for (let vote = 0; vote < votes; vote += 1) {
    const a = random.below(MODELS);
    const b = (a + 1 + random.below(MODELS - 1)) % MODELS;
    lines += `${vote},model-${a},model-${b},${WINNERS[random.below(4)]},rater-${random.below(RATERS)},prompt-${random.below(PROMPTS)},${1_700_000_000 + vote}\n`;
    if (lines.length < 1024 * 1024) continue;
    if (!out.write(lines)) await once(out, 'drain');
    lines = '';
  }
  out.end(lines);
  await once(out, 'finish');
}
