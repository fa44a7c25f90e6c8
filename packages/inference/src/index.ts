export { BUILT_IN_JUDGES, instrumentFiles } from './instrument-files.ts';
export { createJudgeModels, createOpenAiJudgeModel, type OpenAiJudgeOptions } from './openai-judge-model.ts';
