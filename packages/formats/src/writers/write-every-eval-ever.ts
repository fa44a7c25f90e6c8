export type KnownScore = {
  readonly model: string;
  readonly benchmark: string;
  /** Fraction, 0..1. */
  readonly score: number;
  readonly n: number | null;
  /** A URL, or a citation. */
  readonly source: string;
};

/**
 * Benchmark scores as records of Every Eval Ever (schema 0.2.1), one a model and one a line. What the schema asks for and
 * is not known here says so: who ran the benchmark, and with which program.
 * @param collection name of what the scores were collected for
 * @param atMs when the records are made
 * @see https://github.com/evaleval/every_eval_ever, eval.schema.json
 */
export function writeEveryEvalEver(
  scores: readonly KnownScore[],
  { collection, atMs }: { readonly collection: string; readonly atMs: number },
): string {
  const seconds = String(Math.floor(atMs / 1000));
  const byModel = Map.groupBy(scores, (score) => score.model);
  return [...byModel]
    .map(([model, own]) => {
      const record = {
        schema_version: '0.2.1',
        evaluation_id: `${collection}/${model}/${seconds}`,
        retrieved_timestamp: seconds,
        source_metadata: {
          source_name: collection,
          source_type: 'documentation',
          source_organization_name: 'unknown',
          evaluator_relationship: 'other',
        },
        eval_library: { name: 'unknown', version: 'unknown' },
        model_info: { name: model, id: model },
        evaluation_results: own.map(resultOf),
      };
      return `${JSON.stringify(record)}\n`;
    })
    .join('');
}

function resultOf({ benchmark, score, n, source }: KnownScore) {
  const isUrl = /^https?:\/\//.test(source);
  return {
    evaluation_name: benchmark,
    source_data: isUrl
      ? { dataset_name: benchmark, source_type: 'url', url: [source] }
      : { dataset_name: benchmark, source_type: 'other', additional_details: { source } },
    metric_config: { lower_is_better: false, score_type: 'continuous', min_score: 0, max_score: 1 },
    score_details: { score, ...(n === null ? {} : { uncertainty: { num_samples: n } }) },
  };
}
