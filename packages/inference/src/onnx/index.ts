export type { ChatMessage } from './chat-template.ts';
export { type LocalReply, type LocalRequest, MOST_TOP_LOGPROBS, type Piece } from './engine.ts';
export type { PlaceProbabilities } from './generation.ts';
export { type LoadOptions, type ModelInfo, NUMERIC_MODES, type NumericMode } from './load-model.ts';
export { createLocalClient, readModelName } from './local-client.ts';
export { LocalModel } from './local-model.ts';
export { LocalModels } from './local-models.ts';
export { probeExecutionProvider } from './probe-provider.ts';
