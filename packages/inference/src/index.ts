export { BUILT_IN_JUDGES, judgeFiles } from './judge-files.ts';
export { createJudgeModels, createOpenAiJudgeModel, type OpenAiJudgeOptions } from './openai-judge-model.ts';
